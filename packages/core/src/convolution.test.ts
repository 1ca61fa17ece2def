import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { convolution } from "./convolution.js";
import { dense } from "./dense.js";
import { normal } from "./random.js";
import { randomKey } from "./random-key.js";
import { expectClose, expectGradient, expectNoLeak } from "./testing.js";

const draw = <T extends tf.Tensor>(seed: number, shape: number[]): T =>
  tf.tensor(Float32Array.from(normal(randomKey(seed), tf.util.sizeFromShape(shape))), shape) as T;

/** Seven loops; (k - 1) / 2 zeros before, the rest after, whatever the stride and the size. */
function slowConvolution(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): number[] {
  const [batch, height, width, inputs] = x.shape;
  const [size, , , outputs] = kernel.shape;
  const [image, weights] = [x.arraySync(), kernel.arraySync()];
  const before = Math.floor((size - 1) / 2);
  const result: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < Math.ceil(height / stride); row++)
      for (let column = 0; column < Math.ceil(width / stride); column++)
        for (let o = 0; o < outputs; o++) {
          let sum = 0;
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++)
              for (let c = 0; c < inputs; c++) {
                const pixel = image[n]?.[row * stride + i - before]?.[column * stride + j - before]?.[c] ?? 0;
                sum += pixel * (weights[i]?.[j]?.[c]?.[o] as number);
              }
          result.push(sum);
        }
  return result;
}

it.each([
  [1, 1, 4, 5],
  [1, 2, 4, 5],
  [3, 1, 5, 4],
  [3, 2, 6, 6],
  [3, 2, 7, 5],
  [7, 2, 8, 9],
  [2, 2, 6, 4],
])("a kernel of size %i with stride %i on %ix%i pixels equals the loops", (size, stride, height, width) => {
  const x = draw<tf.Tensor4D>(1, [2, height, width, 3]);
  const kernel = draw<tf.Tensor4D>(2, [size, size, 3, 2]);
  const result = convolution(x, kernel, stride);
  expect(result.shape).toEqual([2, Math.ceil(height / stride), Math.ceil(width / stride), 2]);
  expectClose(result, slowConvolution(x, kernel, stride), { absolute: 1e-5 });
  expectNoLeak(() => convolution(x, kernel, stride));
});

it("convolution's gradients are those of finite differences", () => {
  const weights = draw(3, [1, 2, 3, 2]);
  expectGradient(
    (x, kernel) => tf.sum(tf.mul(convolution(x as tf.Tensor4D, kernel as tf.Tensor4D, 2), weights)),
    [draw(1, [1, 4, 5, 2]), draw(2, [3, 3, 2, 2])],
  );
});

it("dense is x W + b", () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const kernel = tf.tensor2d([1, 0, -1, 2, 1, 0], [2, 3]);
  expectClose(dense(x, kernel), [5, 2, -1, 11, 4, -3]);
  expectClose(dense(x, kernel, tf.tensor1d([10, 20, 30])), [15, 22, 29, 21, 24, 27]);
  const bias = tf.tensor1d([1, 2, 3]);
  expectNoLeak(() => dense(x, kernel, bias));
});
