import { isSimclrError } from "@simclr/core";
import type { GraphRecorder } from "./recorder.js";

/**
 * Says which line called the operation that TensorFlow or XLA refused when a recording ran for the first time. Their
 * messages name the nodes of the graph: `No registered 'Where' OpKernel for XLA_CPU_JIT devices ... {{node n12}}`.
 */
export function explainFailure(recorder: GraphRecorder, error: unknown): unknown {
  if (!isSimclrError(error, "SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED")) return error;
  const { message } = error.context;
  const node = /\{\{node (n\d+)(?:_\d+)?\}\}/.exec(message)?.[1];
  const origin = node === undefined ? undefined : recorder.origins.get(node);
  if (!origin) return error;
  const { operation, calledAt } = origin;
  if (/unsupported operations|No registered|must be a compile-time constant/i.test(message)) {
    return recorder.unsupported(operation, calledAt, "which XLA cannot compile");
  }
  error.message += ` The operation is ${operation}, called at ${calledAt()}.`;
  return error;
}
