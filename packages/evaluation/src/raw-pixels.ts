import * as tf from "@tensorflow/tfjs-core";
import type { Encoder } from "./embed.js";

/**
 * No encoder at all: the pixels as features, `[batch, height * width * channels]`. What a representation has to beat.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { rawPixels } from "@simclr/evaluation";
 * const features = rawPixels(tf.ones([2, 8, 8, 3])); // [2, 192]
 * ```
 */
export const rawPixels: Encoder = (images) =>
  tf.reshape<tf.Rank.R2>(images, [images.shape[0], images.size / images.shape[0]]);
