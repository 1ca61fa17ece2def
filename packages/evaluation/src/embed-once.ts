import type { Dataset } from "@simclr/data";
import { type EmbedOptions, type Encoder, embed } from "./embed.js";
import type { Features } from "./features.js";

/** What embeds a dataset: {@link embed} itself, or one that remembers. */
export type Embed = (encoder: Encoder, dataset: Dataset, options?: EmbedOptions) => Promise<Features>;

/**
 * An {@link embed} that does it once for each encoder and dataset, so that several protocols share features. It keeps them
 * for as long as the encoder and the dataset live; `options` of the first call count.
 *
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { embedOnce, knnEvaluator, linearFeaturesEvaluator, rawPixels } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 3 }, (_, i) => (i < 12 ? i : 255 - i));
 * const train = arrayDataset({ images, shape: [8, 1, 1, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const shared = { key: randomKey(0), embed: embedOnce() };
 * const knn = await knnEvaluator(rawPixels, { train, test: train }, { ...shared, k: 3 });
 * const linear = await linearFeaturesEvaluator(rawPixels, { train, test: train }, { ...shared, epochs: 5 });
 * ```
 */
export function embedOnce(): Embed {
  const known = new WeakMap<Encoder, WeakMap<Dataset, Promise<Features>>>();
  return async (encoder, dataset, options = {}) => {
    const own = known.get(encoder) ?? new WeakMap<Dataset, Promise<Features>>();
    known.set(encoder, own);
    const before = own.get(dataset);
    if (before) {
      const features = await before;
      options.signal?.throwIfAborted();
      options.onProgress?.(dataset.length, dataset.length);
      return features;
    }
    const features = embed(encoder, dataset, options);
    own.set(dataset, features);
    features.catch(() => own.delete(dataset)); // the next call tries again
    return features;
  };
}
