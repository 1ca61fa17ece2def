import {
  type Compile,
  type Compiled,
  type CompileOptions,
  eager,
  simclrError,
  type TensorFunction,
  type TensorTree,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { currentBackend, type TensorFlowBackend } from "../backend/backend.js";
import { reserveMemory } from "../binding/reserve-memory.js";
import "../errors.js";
import { type Call, prepareCall, runCall, runCallAsync } from "./call.js";
import { collectGarbage } from "./collect-garbage.js";
import { isXlaFaster } from "./is-xla-faster.js";
import { freeRecording, type Recording, record } from "./recording.js";
import { signatureOf, takeApart } from "./structure.js";

/**
 * Records a function at its first call with arguments of a new form, and runs the recording ever after: one call into
 * TensorFlow in place of one per operation. XLA fuses it into one program where that is faster: on a GPU, and on processors
 * that oneDNN does not serve; `xla: true` or `false` decides otherwise.
 *
 * A form is the structure of the trees with the shapes and types of their tensors. Everything of TensorFlow.js works
 * inside, gradients too. Numbers of JavaScript, and arrays made inside, become constants of the recording; tensors from
 * outside are kept as they were; variables are read and assigned anew at every call. On another backend, inside
 * another compiled function and inside a gradient the function runs as it is.
 *
 * Borrows its arguments; the caller owns the results. An argument that is returned comes back as a tensor of its own.
 *
 * @param options `precision: "bfloat16"` casts what enters a convolution or a matrix product, and its result back; without XLA what
 *   lies between convolutions, batch norm, rectifiers, residual sums and pooling, stays in bfloat16, as under PyTorch's
 *   autocast. Parameters, sums and statistics stay float32
 * @throws SIMCLR_ERROR__RUNTIME__READ_WHILE_RECORDING
 * @throws SIMCLR_ERROR__RUNTIME__SHAPE_UNKNOWN_WHILE_RECORDING
 * @throws SIMCLR_ERROR__RUNTIME__OPERATION_UNSUPPORTED
 * @throws SIMCLR_ERROR__RUNTIME__VARIABLE_CREATED_WHILE_RECORDING
 * @throws SIMCLR_ERROR__RUNTIME__NOT_A_TENSOR
 * @throws SIMCLR_ERROR__RUNTIME__COMPILED_DISPOSED
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { compile, useTensorFlow } from "@simclr/runtime";
 * await useTensorFlow();
 * const slope = compile((x: tf.Tensor) => tf.grad((y) => tf.sum(tf.square(y)))(x), { name: "slope" });
 * console.log(await slope(tf.tensor1d([1, 2])).data()); // 2, 4
 * slope.dispose();
 * ```
 */
export const compile: Compile = <Arguments extends readonly TensorTree[], Result extends TensorTree>(
  fn: TensorFunction<Arguments, Result>,
  options: CompileOptions = {},
): Compiled<Arguments, Result> => {
  const { name = fn.name || "function", precision = "float32" } = options;
  const recordings = new Map<string, Recording>();
  const asItIs = eager(fn);
  let disposed = false;

  const prepare = (backend: TensorFlowBackend, trees: Arguments): Call => {
    const { structure, tensors } = takeApart(trees, name);
    const signature = signatureOf(structure, tensors);
    const xla = options.xla ?? isXlaFaster(backend.binding.native, precision);
    const { profiler } = backend.binding;
    const keepGraph = profiler?.keepsGraph(xla) ?? false;
    const known = profiler && keepGraph ? profiler.recordingsOf(recordings) : recordings;
    let recording = known.get(signature);
    if (!recording) {
      const nativeName = backend.binding.nameFunction(name);
      const make = () =>
        record(backend, fn as never, structure, tensors, { functionName: name, nativeName, xla, precision, keepGraph });
      recording = profiler ? profiler.preparation(`record ${name}`, make) : make();
      known.set(signature, recording);
      collectGarbage(recording.operationCount, { run: false });
      reserveMemory(backend.binding.native, recording.peakBytes);
    }
    return prepareCall(backend, recording, tensors);
  };

  const recordingBackend = (): TensorFlowBackend | undefined => {
    if (disposed) throw compiledDisposed(name);
    const backend = currentBackend();
    const insideAnother = backend?.binding.recorder !== undefined || tf.engine().state.gradientDepth > 0;
    return insideAnother ? undefined : backend;
  };

  const run = (...trees: Arguments): Result => {
    const backend = recordingBackend();
    return backend ? (runCall(prepare(backend, trees)) as Result) : asItIs(...trees);
  };

  const runAsync = async (...trees: Arguments): Promise<Result> => {
    const backend = recordingBackend();
    return backend ? ((await runCallAsync(prepare(backend, trees))) as Result) : asItIs(...trees);
  };

  const dispose = (): void => {
    disposed = true;
    for (const recording of recordings.values()) freeRecording(recording);
    recordings.clear();
  };
  return Object.assign(run, { async: runAsync, dispose });
};

function compiledDisposed(name: string) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__COMPILED_DISPOSED",
    { function: name },
    {
      expected: `${name} to be called before it is disposed`,
      received: "a call afterwards",
      remedy: "Dispose a compiled function when nothing calls it any more, or compile it again.",
    },
  );
}
