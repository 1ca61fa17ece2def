import * as tf from "@tensorflow/tfjs-core";
import { backendName, type TensorFlowBackend } from "../backend/backend.js";

/** What a kernel of the TensorFlow backend is: named inputs and attributes in, tensors out. */
export type Kernel<Inputs extends string, Attributes> = (
  inputs: Record<Inputs, tf.Tensor>,
  attributes: Attributes,
  backend: TensorFlowBackend,
) => tf.Tensor | tf.Tensor[];

/**
 * Registers a kernel for the TensorFlow backend, in place of tfjs-node's if there is one. What it makes on the way is
 * freed; it may use the operations of TensorFlow.js.
 */
export function registerKernel<Inputs extends string, Attributes>(
  kernelName: string,
  kernel: Kernel<Inputs, Attributes>,
): void {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      tf.tidy(() => kernel(inputs as Record<Inputs, tf.Tensor>, attrs as Attributes, backend as TensorFlowBackend)),
  });
}
