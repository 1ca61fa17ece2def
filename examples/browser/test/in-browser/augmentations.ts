import { parameterTensors, simclrView } from "@simclr/augmentations";
import { randomKey } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { ramp } from "./ramp.js";

export async function numbers(): Promise<number[]> {
  const view = simclrView({ imageSize: 12 });
  const sampled = view.sample(randomKey(5), { batchSize: 4, imageSize: [16, 20] });
  const images = tf.abs(ramp([4, 16, 20, 3], 1)) as tf.Tensor4D;
  return [...view.apply(images, parameterTensors(sampled)).dataSync()];
}
