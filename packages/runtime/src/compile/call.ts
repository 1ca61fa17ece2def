import type { TensorTree } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import type { TensorMetadata } from "../binding/binding.js";
import { collectGarbage } from "./collect-garbage.js";
import { callFunction, callFunctionAsync } from "./native-function.js";
import type { Recording, Source } from "./recording.js";
import { putTogether } from "./structure.js";
import { explainFailure } from "./unsupported.js";

/** One call of a recording: what goes in, and what passes it by on the way to the result. */
export interface Call {
  readonly backend: TensorFlowBackend;
  readonly recording: Recording;
  readonly inputs: BigUint64Array;
  readonly passed: ReadonlyMap<number, TensorMetadata>;
}

export function prepareCall(backend: TensorFlowBackend, recording: Recording, args: readonly tf.Tensor[]): Call {
  const { binding } = backend;
  const { api, status } = binding.native;
  const idOf = (tensor: tf.Tensor) => backend.getInputTensorIds([tensor])[0] as number;
  const argumentIds = backend.getInputTensorIds(args);
  const idOfSource = (source: Exclude<Source, { handle: bigint }>) =>
    "argument" in source ? (argumentIds[source.argument] as number) : idOf(source.variable);
  const handleOf = (source: Source) => ("handle" in source ? source.handle : binding.handleOf(idOfSource(source)));

  const inputs = BigUint64Array.from(recording.inputs, handleOf);
  const passed = new Map<number, TensorMetadata>();
  for (const [i, result] of recording.results.entries()) {
    if ("output" in result) continue;
    const copy = api.TFE_TensorHandleCopySharingTensor(handleOf(result), status.address);
    const { shape, dtype } = "handle" in result ? result : binding.tensors.get(idOfSource(result));
    passed.set(i, binding.adopt(copy, [...shape], dtype));
  }
  return { backend, recording, inputs, passed };
}

export function runCall(call: Call): TensorTree {
  const { recording, inputs, backend } = call;
  const { native, profiler } = backend.binding;
  try {
    return finishCall(
      call,
      profiler ? profiler.call(recording, inputs) : callFunction(native, recording.called, inputs),
    );
  } catch (error) {
    throw abandonCall(call, error);
  }
}

export async function runCallAsync(call: Call): Promise<TensorTree> {
  if (call.backend.binding.profiler) return runCall(call);
  const { recording, inputs, backend } = call;
  try {
    return finishCall(call, await callFunctionAsync(backend.binding.native, recording.called, inputs));
  } catch (error) {
    throw abandonCall(call, error);
  }
}

function finishCall({ backend, recording, passed }: Call, outputs: BigUint64Array): TensorTree {
  if (recording.recorder) {
    recording.recorder = undefined; // it ran: nothing is left to explain
    collectGarbage(recording.operationCount, { run: true });
  }
  const tensors = recording.results.map((result, i) => {
    const metadata =
      "output" in result
        ? backend.binding.adopt(outputs[result.output] as bigint, [...result.shape], result.dtype)
        : (passed.get(i) as TensorMetadata);
    return backend.createOutputTensor(metadata);
  });
  const firstAssigned = tensors.length - recording.assigned.length;
  for (const [i, variable] of recording.assigned.entries()) {
    const value = tensors[firstAssigned + i] as tf.Tensor;
    variable.assign(value);
    value.dispose();
  }
  return putTogether(recording.structure, tensors);
}

function abandonCall({ backend, recording, passed }: Call, error: unknown): unknown {
  for (const { id } of passed.values()) backend.binding.deleteTensor(id);
  return recording.recorder ? explainFailure(recording.recorder, error) : error;
}
