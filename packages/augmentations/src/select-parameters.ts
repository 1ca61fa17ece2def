import type { SampledParameters } from "./augmentation.js";
import { isPerImage } from "./parameter-tensors.js";

/**
 * The parameters of some images of a batch, in the order given: what changes those images alone as it changes them in the batch.
 *
 * @param rows from 0 to batch size - 1; a row may come more than once
 * @returns parameters of as many images, of the same structure
 * @example
 * ```ts
 * import { rotate, selectParameters } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * const parameters = rotate().sample(randomKey(0), { batchSize: 8, imageSize: [32, 32] });
 * const { angle } = selectParameters(parameters, [7, 2]); // the last image's, and the third's
 * ```
 */
export function selectParameters<P extends SampledParameters>(parameters: P, rows: readonly number[]): P {
  const select = (value: unknown): unknown => {
    if (!Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value as object).map(([name, child]) => [name, select(child)]));
    }
    return isPerImage(value) ? rows.map((row) => value[row]) : value.map(select);
  };
  return select(parameters) as P;
}
