import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "./compile.js";

describe("compile", () => {
  beforeAll(async () => {
    await useTensorFlow();
  });
  it("runs", () => {
    const f = compile((x: tf.Tensor) => ({ y: tf.grad((x) => tf.sum(tf.square(x)))(x), x, n: [tf.zeros([3])] }), {
      name: "f",
    });
    const { y, x, n } = f(tf.tensor1d([1, 2]));
    expect([...y.dataSync(), ...x.dataSync(), ...(n[0] as tf.Tensor).dataSync()]).toEqual([2, 4, 1, 2, 0, 0, 0]);
  });
});
