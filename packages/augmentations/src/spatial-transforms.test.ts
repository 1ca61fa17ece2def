import { randomKey, uniform } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import golden from "./fixtures/transforms.json" with { type: "json" };
import { cutout, rotate, sobel } from "./index.js";

const [height, width] = [golden.image.length, (golden.image[0] as number[][]).length];
const image = () => tf.tensor4d(golden.image.flat(2), [1, height, width, 3]);
const random = (shape: [number, number, number, number]) =>
  tf.tensor4d(Float32Array.from(uniform(randomKey(1), tf.util.sizeFromShape(shape))), shape);

describeEachBackend((backendName) => {
  describe("cutout", () => {
    it("is torchvision's erase of the rectangle", () => {
      const box = { y: [3], x: [5], height: [6], width: [9] };
      expectClose(
        tf.tidy(() => cutout().apply(image(), box)),
        golden.cutout.flat(2),
        { absolute: 1e-6 },
      );
    });

    it("covers less where it hangs over the edge, and nothing beyond", () => {
      const covered = tf.tidy(() =>
        cutout({ fill: 0 }).apply(tf.ones([2, 3, 4, 1]), { y: [-1, 5], x: [2, 0], height: [3, 2], width: [3, 2] }),
      );
      expectClose(covered, [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, ...Array(12).fill(1)], { absolute: 0 });
    });
  });

  describe("sobel", () => {
    it("is the length of both derivatives over 4", () => {
      expectClose(
        tf.tidy(() => sobel().apply(image(), {})),
        golden.sobel.flat(2),
        { absolute: 2e-6 },
      );
    });

    it("gives 1 on both sides of an upright edge, and 0 on flat images", () => {
      const edge = tf.tidy(() =>
        sobel().apply(tf.concat([tf.zeros<tf.Rank.R4>([1, 3, 2, 1]), tf.ones<tf.Rank.R4>([1, 3, 2, 1])], 2), {}),
      );
      expectClose(edge, [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0], { absolute: 1e-6 });
      expectClose(
        tf.tidy(() => sobel().apply(tf.fill([1, 1, 3, 1], 0.7), {})),
        [0, 0, 0],
        { absolute: 1e-6 },
      );
    });

    it("has the gradient of its differences", () => {
      const input = random([1, 4, 5, 1]);
      expectGradient((x) => tf.sum(sobel().apply(tf.div<tf.Tensor4D>(x, 4), {})) as tf.Scalar, [input]);
      input.dispose();
    });
  });

  describe("rotate", () => {
    it.each(golden.rotations)("by $angle degrees is torchvision's", ({ angle, image: before, turned }) => {
      const shape: [number, number, number, number] = [1, before.length, (before[0] as number[]).length, 1];
      const actual = tf.tidy(() => rotate().apply(tf.tensor4d(before.flat(), shape), { angle: [angle] }));
      expectClose(actual, turned.flat(), { absolute: 5e-6 });
    });

    it("turns a large image by a quarter to the pixel: transposed, then mirrored", () => {
      tf.tidy(() => {
        const large = random([1, 224, 224, 1]);
        const expected = tf.reverse(tf.transpose(large, [0, 2, 1, 3]), 1);
        expectClose(rotate().apply(large, { angle: [90] }), expected, { absolute: 5e-5 });
      });
    });

    it("has the gradient of its differences, through XLA too", () => {
      const weights = random([2, 4, 5, 1]);
      const loss = (x: tf.Tensor) =>
        tf.sum(
          tf.mul(rotate().apply(tf.add<tf.Tensor4D>(tf.div(x, 2), 0.25), { angle: [25, 180] }), weights),
        ) as tf.Scalar;
      const input = random([2, 4, 5, 1]);
      expectGradient(loss, [input]);
      if (backendName === "tensorflow") {
        const gradient = compile((x: tf.Tensor) => tf.grad(loss)(x));
        const [actual, expected] = [gradient(input), tf.grad(loss)(input)];
        expectClose(actual, expected, { absolute: 1e-6 });
        gradient.dispose();
        tf.dispose([actual, expected]);
      }
      tf.dispose([input, weights]);
    });
  });
});

describe("what is drawn", () => {
  const context = { batchSize: 3000, imageSize: [32, 24] } as const;

  it("cutout's centre is any pixel, its size the proportion's", () => {
    const { y, x, height: heights, width: widths } = cutout().sample(randomKey(3), context);
    expect(new Set(heights)).toEqual(new Set([16]));
    expect(new Set(widths)).toEqual(new Set([12]));
    expect([Math.min(...y), Math.max(...y), Math.min(...x), Math.max(...x)]).toEqual([-8, 23, -6, 17]);
  });

  it("rotate's angles are chosen equally often, or uniform in the range", () => {
    const { angle } = rotate().sample(randomKey(4), context);
    for (const quarter of [90, 180, 270]) {
      // Four deviations of a binomial count.
      expect(Math.abs(angle.filter((a) => a === quarter).length - 1000)).toBeLessThan(4 * Math.sqrt(667));
    }
    const { angle: any } = rotate({ angleRange: [-30, 10] }).sample(randomKey(4), context);
    const mean = any.reduce((sum, a) => sum + a, 0) / any.length;
    expect(Math.abs(mean + 10)).toBeLessThan(4 * (40 / Math.sqrt(12 * 3000)));
    expect(any.every((a) => a >= -30 && a < 10)).toBe(true);
  });

  it("options that make no sense are refused", () => {
    for (const make of [
      () => cutout({ proportion: 0 }),
      () => cutout({ fill: 2 }),
      () => rotate({ angles: [] }),
      () => rotate({ angleRange: [10, -10] }),
    ]) {
      expect(make).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });
});
