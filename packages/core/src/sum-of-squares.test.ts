import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { sumOfSquares, sumOfSquaresKernel } from "./sum-of-squares.js";
import { expectClose, expectNoLeak } from "./testing.js";

it("sumOfSquares is the sum of the squares, and its gradient twice the values, without a kernel for it", () => {
  const x = tf.tensor2d([
    [1, -2, 0.5],
    [4, 0, -3],
  ]);
  expectClose(sumOfSquares(x), [30.25]);
  expectClose(tf.grad((t) => tf.mul(sumOfSquares(t), 3))(x), [6, -12, 3, 24, 0, -18]);
  expectNoLeak(() => sumOfSquares(x));
});

it("sumOfSquares asks the backend's kernel where there is one, and for float32 alone", () => {
  const backendName = tf.getBackend();
  const asked: tf.DataType[] = [];
  const kernelFunc: tf.KernelFunc = ({ inputs: { x } }) => {
    asked.push((x as tf.TensorInfo).dtype);
    return tf.scalar(7);
  };
  tf.registerKernel({ kernelName: sumOfSquaresKernel, backendName, kernelFunc });
  const x = tf.tensor1d([1, 2]);
  expectClose(sumOfSquares(x), [7]);
  expectClose(tf.grad((t) => sumOfSquares(t))(x), [2, 4]);
  expectClose(sumOfSquares(tf.tensor1d([1, 2], "int32")), [5]);
  tf.unregisterKernel(sumOfSquaresKernel, backendName);
  expect(asked).toEqual(["float32", "float32"]);
});
