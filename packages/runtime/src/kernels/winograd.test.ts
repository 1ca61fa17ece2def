import { expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "../compile/compile.js";
import { relativeError, uniform, writtenOut } from "../fixtures/written-out.js";
import { winogradConvolution, winogradFilterGradient, winogradInputGradient } from "./winograd.js";

type Shape = [number, number, number, number];
type Padding = Parameters<typeof winogradConvolution>[2];

describe("Winograd's convolutions", () => {
  beforeAll(async () => {
    await useTensorFlow();
  });

  const around = { top: 1, left: 1, bottom: 1, right: 1 };
  it.each([
    [[2, 4, 4, 3], 5, around],
    [[1, 8, 12, 4], 2, around],
    [[3, 7, 6, 2], 3, around],
    [[2, 3, 3, 2], 2, around],
    [[1, 9, 10, 3], 2, { top: 0, left: 0, bottom: 0, right: 0 }],
    [[2, 5, 9, 2], 3, { top: 2, left: 0, bottom: 1, right: 2 }],
  ] as [Shape, number, Padding][])(
    "of %j to %d channels, padded by %j, are the sums written out",
    (shape, outputs, padding) => {
      const { top, left, bottom, right } = padding;
      const [x, filter] = [uniform(shape, 1), uniform([3, 3, shape[3], outputs], 2)];
      const dy = uniform([shape[0], shape[1] + top + bottom - 2, shape[2] + left + right - 2, outputs], 3);
      const expected = writtenOut(x, filter, dy, padding);
      expect(relativeError(winogradConvolution(x, filter, padding), expected.y)).toBeLessThan(1e-5);
      expect(relativeError(winogradInputGradient(dy, filter, padding), expected.dx)).toBeLessThan(1e-5);
      expect(relativeError(winogradFilterGradient(x, dy, padding), expected.dw)).toBeLessThan(1e-5);
    },
  );

  it.each([
    [[128, 4, 4, 256], 256, "same"],
    [[128, 24, 24, 32], 32, "same"],
    [[70, 9, 9, 32], 40, "valid"],
  ] as [Shape, number, "same" | "valid"][])(
    "tf.conv2d of %j to %d channels, and its gradients, equal TensorFlow's own, recorded and not",
    async (shape, outputs, pad) => {
      const [x, filter] = [uniform(shape, 1), uniform([3, 3, shape[3], outputs], 2)];
      const gradients = (a: tf.Tensor, b: tf.Tensor) => {
        const { value, grads } = tf.valueAndGrads((u, v) =>
          tf.sum(tf.square(tf.conv2d(u as tf.Tensor4D, v as tf.Tensor4D, 1, pad))),
        )([a, b]);
        return [value, ...grads];
      };
      // The same filter with zeros around it, 5 x 5, for which there is no other way than TensorFlow's.
      const [height, width, channels, out] = filter.shape;
      const wide = tf.pad(filter, [[1, 1], [1, 1], [0, 0], [0, 0]]); // biome-ignore format: one pair per axis
      const room = (u: tf.Tensor) => (pad === "same" ? u : tf.pad(u, [[0, 0], [1, 1], [1, 1], [0, 0]])) as tf.Tensor4D; // biome-ignore format: one line
      const expected = tf.valueAndGrads((u, v) => tf.sum(tf.square(tf.conv2d(room(u), v as tf.Tensor4D, 1, pad))))([
        x,
        wide,
      ]);
      const reference = [
        expected.value,
        expected.grads[0],
        tf.slice(expected.grads[1] as tf.Tensor4D, [1, 1, 0, 0], [height, width, channels, out]),
      ] as tf.Tensor[];
      const compiled = compile((a: tf.Tensor, b: tf.Tensor) => gradients(a, b), { name: "gradients", xla: false });
      for (const actual of [gradients(x, filter), await compiled.async(x, filter)])
        for (const [i, tensor] of reference.entries())
          expect(relativeError(actual[i] as tf.Tensor, tensor.dataSync())).toBeLessThan(1e-4);
      compiled.dispose();
    },
  );

  it("leave no tensor behind", () =>
    expectNoLeak(() => {
      const [x, filter] = [uniform([64, 8, 8, 32], 1), uniform([3, 3, 32, 32], 2)];
      const gradient = tf.grad((w) => tf.sum(tf.conv2d(x, w as tf.Tensor4D, 1, "same")))(filter);
      tf.dispose([x, filter]);
      return gradient;
    }));

  it("are not used in bfloat16, whose rounding they would enlarge", async () => {
    const [x, dy] = [uniform([64, 8, 8, 32], 1), uniform([64, 8, 8, 32], 2)];
    const filter = uniform([3, 3, 32, 32], 3);
    const gradient = (precision: "float32" | "bfloat16") => {
      const fn = compile(
        (a: tf.Tensor, b: tf.Tensor) =>
          tf.grad((w) => tf.sum(tf.mul(tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, 1, "same"), b)))(filter),
        { name: "gradient", precision },
      );
      const result = fn(x, dy);
      fn.dispose();
      return result;
    };
    const exact = gradient("float32").dataSync();
    expect(relativeError(gradient("bfloat16"), exact)).toBeLessThan(0.02);
  });
});
