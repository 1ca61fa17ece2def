import { foldIn, type TensorTree } from "@simclr/core";
import type { Augmentation, SampledParameters } from "./augmentation.js";
import { parameterMismatch } from "./errors.js";

/** A chain of augmentations: itself an augmentation, whose parameters are the list of theirs. */
export interface View extends Augmentation<readonly SampledParameters[]> {
  readonly augmentations: readonly Augmentation[];
}

/**
 * Chains augmentations: the first is applied first. SimCLR compares two views of every image.
 *
 * @returns a view; `sample` draws for each augmentation by a key of its own, in the size that the ones before leave
 * @throws SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH when applied to another chain's parameters
 * @example
 * ```ts
 * import { grayscale, horizontalFlip, randomApply, randomResizedCrop, view } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const flipOrGray = view([
 *   randomResizedCrop({ imageSize: 32 }),
 *   randomApply(horizontalFlip(), 0.5),
 *   randomApply(grayscale(), 0.2),
 * ]);
 * const parameters = flipOrGray.sample(randomKey(7), { batchSize: 2, imageSize: [40, 40] });
 * const seen = flipOrGray.apply(tf.ones([2, 40, 40, 3]), parameters);
 * ```
 */
export function view(augmentations: readonly Augmentation[]): View {
  const outputSize = augmentations.findLast((augmentation) => augmentation.outputSize)?.outputSize;
  return {
    name: "view",
    augmentations,
    ...(outputSize && { outputSize }),
    sample: (key, context) => {
      let seen = context;
      return augmentations.map((augmentation, i) => {
        const parameters = augmentation.sample(foldIn(key, i), seen);
        const { outputSize: imageSize } = augmentation;
        const { batchSize, sharedKey } = context;
        if (imageSize) seen = { batchSize, imageSize, ...(sharedKey && { sharedKey }) };
        return parameters;
      });
    },
    apply: (images, parameters) => {
      const list = parameters as readonly (SampledParameters | TensorTree)[];
      if (list.length !== augmentations.length) {
        throw parameterMismatch("view", "length", `a list of ${augmentations.length}`, `${list.length ?? "no list"}`);
      }
      return augmentations.reduce((seen, augmentation, i) => augmentation.apply(seen, list[i] as TensorTree), images);
    },
  };
}
