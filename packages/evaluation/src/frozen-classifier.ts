import * as tf from "@tensorflow/tfjs-core";
import type { Classifier } from "./classifier.js";
import { type Encoder, encoderOutput } from "./embed.js";

/**
 * A classifier on any function from images to features: nothing of it learns.
 *
 * @param imageShape of the images that the encoder will see
 * @throws SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT when it does not return one row for each image
 */
export function frozenClassifier(encoder: Encoder, imageShape: readonly [number, number, number]): Classifier {
  const shape = tf.tidy(() => [...encoder(tf.zeros([1, ...imageShape])).shape]);
  if (shape.length !== 2 || shape[0] !== 1) throw encoderOutput(shape, 1);
  return {
    featureSize: shape[1] as number,
    trains: () => false,
    represent: (_, state, images) => ({ features: encoder(images), state }),
  };
}
