import { ntXent } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { ramp } from "./ramp.js";

export async function numbers(): Promise<number[]> {
  const [a, b] = [ramp([6, 5], 1), ramp([6, 5], 2)];
  const { value, grads } = tf.valueAndGrads((x, y) => ntXent(x as tf.Tensor2D, y as tf.Tensor2D, { temperature: 0.5 }))(
    [a, b],
  );
  return [value, ...grads].flatMap((tensor) => [...tensor.dataSync()]);
}
