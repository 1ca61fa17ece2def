import { foldIn, invalidArgument } from "@simclr/core";
import type { Augmentation, SampledParameters } from "./augmentation.js";

/**
 * Draws an augmentation's parameters from the key that the views of a batch share: every view in which it stands gets the
 * same. The paper compares transformations so: both views start from one random crop, and one of them is changed further.
 *
 * The key is `foldIn(context.sharedKey, augmentation.name)`; `pretrain` hands `sharedKey` to both views.
 *
 * @returns the augmentation, with its parameters
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT when sampled without a `sharedKey`, and the augmentation's own
 * @see SimCLR (Chen et al. 2020), section 3.1: "we always first randomly crop images ... and then apply the targeted
 * transformation(s) only to one branch"
 * @example
 * ```ts
 * import { randomResizedCrop, sharedByViews, sobel, view } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * const crop = sharedByViews(randomResizedCrop({ imageSize: 32 }));
 * const views = [view([crop, sobel()]), view([crop])] as const;
 * const context = { batchSize: 4, imageSize: [40, 40], sharedKey: randomKey(7) } as const;
 * const [a, b] = views.map((one, i) => one.sample(randomKey(i), context));
 * console.log(JSON.stringify(a?.[0]) === JSON.stringify(b?.[0])); // true: the same rectangles
 * ```
 */
export function sharedByViews<P extends SampledParameters>(augmentation: Augmentation<P>): Augmentation<P> {
  return {
    ...augmentation,
    name: `sharedByViews(${augmentation.name})`,
    sample: (_, context) => {
      const { sharedKey } = context;
      if (sharedKey) return augmentation.sample(foldIn(sharedKey, augmentation.name), context);
      const remedy = "Pass the same sharedKey to the sample() of every view of the batch; pretrain does so.";
      throw invalidArgument("context.sharedKey", sharedKey, "a key that the views of a batch share", remedy);
    },
  };
}
