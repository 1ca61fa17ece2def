import { randomKey, uniform } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import tensorflow from "./fixtures/tensorflow.json" with { type: "json" };
import { gaussianBlur } from "./index.js";

describeEachBackend(() => {
  it.each(tensorflow.blurs)("gaussianBlur is the reference's two depthwise convolutions, sigma $sigma", (golden) => {
    tf.tidy(() => {
      const { sigma, image, blurred } = golden;
      const shape: [number, number, number, number] = [1, image.length, (image[0] as number[]).length, 1];
      const actual = gaussianBlur().apply(tf.tensor4d(image.flat(), shape), { sigma: [sigma] });
      expectClose(actual, blurred.flat(), { absolute: 2e-6 });
    });
  });

  it("gaussianBlur is the reference's in a compiled function too, by shifts in place of matrices", () => {
    const { sigma, image, blurred } = tensorflow.blurs[0] as (typeof tensorflow.blurs)[number];
    const compiled = compile((x: tf.Tensor4D, s: tf.Tensor) => gaussianBlur().apply(x, { sigma: s }), { xla: false });
    tf.tidy(() => {
      const one = tf.tensor4d(image.flat(), [1, image.length, (image[0] as number[]).length, 1]);
      const two = tf.concat([tf.zerosLike(one), one]);
      const actual = compiled(two, tf.tensor1d([1, sigma]));
      expectClose(tf.slice(actual, [1, 0, 0, 0]), blurred.flat(), { absolute: 2e-6 });
    });
    compiled.dispose();
  });

  it.each([
    { height: 224, taps: 23 },
    { height: 96, taps: 9 },
    { height: 32, taps: 3 },
    { height: 19, taps: 1 },
  ])("gaussianBlur spreads a point over $taps pixels at a height of $height", ({ height, taps }) => {
    tf.tidy(() => {
      const point = tf.reshape(tf.oneHot(tf.tensor1d([Math.floor(height / 2)], "int32"), height), [1, height, 1, 1]);
      const spread = gaussianBlur().apply(tf.cast(point, "float32") as tf.Tensor4D, { sigma: [50] });
      expect([...spread.dataSync()].filter((value) => value > 0)).toHaveLength(taps);
    });
  });

  it("gaussianBlur has the gradient of its differences", () => {
    const shape: [number, number, number, number] = [2, 20, 2, 1];
    const image = tf.tensor4d(Float32Array.from(uniform(randomKey(1), 80)), shape);
    const weights = tf.tensor4d(Float32Array.from(uniform(randomKey(2), 80)), shape);
    const loss = (x: tf.Tensor) => tf.sum(tf.mul(gaussianBlur().apply(x as tf.Tensor4D, { sigma: [0.7, 2] }), weights));
    expectGradient((x) => loss(x) as tf.Scalar, [image]);
    tf.dispose([image, weights]);
  });
});

it("gaussianBlur draws sigma uniformly, for each image or as the reference once for all", () => {
  const context = { batchSize: 3000, imageSize: [32, 32] } as const;
  const { sigma } = gaussianBlur().sample(randomKey(9), context);
  const mean = sigma.reduce((sum, value) => sum + value, 0) / sigma.length;
  expect(Math.abs(mean - 1.05)).toBeLessThan(4 * (1.9 / Math.sqrt(12 * sigma.length)));
  expectClose([Math.min(...sigma), Math.max(...sigma)], [0.1, 2], { absolute: 3e-3 });
  const { sigma: shared } = gaussianBlur({ perImage: false }).sample(randomKey(9), context);
  expect(new Set(shared).size).toBe(1);
});

it("gaussianBlur refuses a sigma of 0 and a kernel larger than the image", () => {
  expect(() => gaussianBlur({ sigmaRange: [0, 1] })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  expect(() => gaussianBlur({ kernelSizeFraction: 2 })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
});
