import { lars } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import { ramp } from "./ramp.js";

export async function numbers(): Promise<number[]> {
  const { init, update } = lars({ learningRate: 0.3, weightDecay: 1e-4 });
  const params = { "dense/kernel": ramp([4, 3], 1), "dense/bias": ramp([3], 2) };
  const gradients = { "dense/kernel": ramp([4, 3], 3), "dense/bias": ramp([3], 4) };
  const [updates] = update(gradients, init(params), params, tf.scalar(0));
  return Object.values(updates).flatMap((tensor) => [...tensor.dataSync()]);
}
