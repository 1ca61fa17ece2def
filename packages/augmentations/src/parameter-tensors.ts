import { isTensor, type TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { SampledParameters } from "./augmentation.js";
import { parameterMismatch } from "./errors.js";

/**
 * Uploads sampled parameters: every list of numbers becomes a float32 tensor, the structure stays.
 *
 * @returns `[batch]` or `[batch, n]` tensors, owned by the caller
 * @example
 * ```ts
 * import { parameterTensors, simclrView } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * const view = simclrView({ imageSize: 32 });
 * const tree = parameterTensors(view.sample(randomKey(0), { batchSize: 4, imageSize: [32, 32] }));
 * ```
 */
export function parameterTensors(parameters: SampledParameters): TensorTree {
  if (!Array.isArray(parameters)) {
    const entries = Object.entries(parameters);
    return Object.fromEntries(entries.map(([name, child]) => [name, parameterTensors(child as SampledParameters)]));
  }
  return isPerImage(parameters) ? tf.tensor(parameters, undefined, "float32") : parameters.map(parameterTensors);
}

/** A view's list holds records or lists of records; a parameter's list holds numbers or lists of numbers. */
export function isPerImage(list: readonly unknown[]): list is number[] | number[][] {
  const first = list[0];
  return typeof first === "number" || (Array.isArray(first) && typeof first[0] === "number");
}

/**
 * One named parameter of an augmentation as a tensor, checked against the batch.
 *
 * @param shape `[batch]` or `[batch, n]`
 * @throws SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH
 */
export function parameterTensor<T extends tf.Tensor>(
  augmentation: string,
  parameters: SampledParameters | TensorTree,
  name: string,
  shape: readonly number[],
): T {
  const value = (parameters as Readonly<Record<string, SampledParameters | tf.Tensor>>)[name];
  const expected = `numbers of shape [${shape.join(", ")}]`;
  if (value === undefined) throw parameterMismatch(augmentation, name, expected, "nothing of that name");
  const tensor = isTensor(value) ? value : parameterTensors(value);
  if (isTensor(tensor) && tensor.shape.join() === shape.join()) return tensor as T;
  throw parameterMismatch(augmentation, name, expected, isTensor(tensor) ? `[${tensor.shape.join(", ")}]` : "a record");
}
