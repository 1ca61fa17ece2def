import * as tf from "@tensorflow/tfjs-core";
import type { Attribute } from "../binding/attributes.js";
import type { Binding, TensorMetadata } from "../binding/binding.js";
import type { HostValues } from "../binding/host-tensor.js";
import { canFuse, fused } from "../compile/fused.js";

/** The name under which the backend is registered: tfjs-node's, whose kernels it runs. */
export const backendName = "tensorflow";

/** What the backend keeps of a tensor. Values wait on the JavaScript side until an operation needs them. */
interface TensorData {
  readonly shape: number[];
  readonly dtype: number;
  values: HostValues | null;
  id: number;
  refCount: number;
}

/** tfjs-node's NodeJSKernelBackend, as far as the runtime uses it. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly binding: Binding;
  readonly tensorMap: tf.DataStorage<TensorData>;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputCount: number,
  ): tf.Tensor[];
  getNumOfTFTensors(): number;
  /** What `canFuse`, `fused` and `after` of @simclr/core do here. */
  canFuse(): boolean;
  fused<T extends tf.Tensor>(fn: () => T): T;
  after<T>(tensor: tf.Tensor, fn: () => T): T;
}

/** The backend over a binding. Loads tfjs-node's kernels and all gradients of TensorFlow.js on the first call. */
export async function createBackend(binding: Binding): Promise<TensorFlowBackend> {
  const { NodeJSKernelBackend } = await import("./tfjs-node.js");
  const backend = new NodeJSKernelBackend(binding as never, "@simclr/runtime") as unknown as TensorFlowBackend;
  // tfjs-node's read is asynchronous in name only: it waits for the values on the JavaScript thread.
  backend.read = async (dataId) => {
    const data = backend.tensorMap.get(dataId);
    return (data.values ?? (await binding.tensorData(data.id))) as tf.BackendValues;
  };
  keepUploadsOutOfRecordings(backend);
  uploadLargeValuesAtOnce(backend);
  Object.assign(backend, {
    canFuse: () => canFuse(backend),
    fused: (fn: () => tf.Tensor) => fused(backend, fn),
    after: (tensor: tf.Tensor, fn: () => unknown) => after(backend, tensor, fn),
  });
  return backend;
}

/**
 * Values wait on the JavaScript side until their first use. If that is while a function is recorded, those that were
 * there before go to TensorFlow now; only those made since are constants of the recording.
 */
function keepUploadsOutOfRecordings(backend: TensorFlowBackend): void {
  const { binding, tensorMap } = backend;
  const { getInputTensorIds, move } = backend;
  const madeWhileRecording = new WeakSet<object>();
  backend.move = (dataId, ...rest) => {
    move.call(backend, dataId, ...rest);
    if (binding.recorder) madeWhileRecording.add(dataId);
  };
  backend.getInputTensorIds = (tensors) => {
    const { recorder } = binding;
    if (recorder) {
      binding.recorder = undefined;
      try {
        const older = tensors.filter(
          ({ dataId }) => dataId && tensorMap.get(dataId).values !== null && !madeWhileRecording.has(dataId),
        );
        getInputTensorIds.call(backend, older);
      } finally {
        binding.recorder = recorder;
      }
    }
    return getInputTensorIds.call(backend, tensors);
  };
}

/** `after` of @simclr/core on this backend. */
function after<T>(backend: TensorFlowBackend, tensor: tf.Tensor, fn: () => T): T {
  const { recorder } = backend.binding;
  return recorder ? recorder.after(backend.getInputTensorIds([tensor])[0] as number, fn) : fn();
}

const largeBytes = 2 ** 20;

/**
 * Large values do not wait for their first use. The parameters of a network would lie in memory twice until a training step
 * uses them, and after that until JavaScript's garbage is collected, which a program that trains makes little of: 250 MB for
 * ResNet-50 and its momentum.
 */
function uploadLargeValuesAtOnce(backend: TensorFlowBackend): void {
  const { move } = backend;
  backend.move = (dataId, values, ...rest) => {
    move.call(backend, dataId, values, ...rest);
    const isLarge = ArrayBuffer.isView(values) && values.byteLength >= largeBytes;
    if (isLarge && !backend.binding.recorder) backend.getInputTensorIds([{ dataId } as tf.TensorInfo]);
  };
}

/** The TensorFlow backend, if it is the current one. */
export function currentBackend(): TensorFlowBackend | undefined {
  return tf.getBackend() === backendName ? (tf.backend() as unknown as TensorFlowBackend) : undefined;
}
