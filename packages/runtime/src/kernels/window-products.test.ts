import { convolution } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { processorFlags } from "../binding/processor-flags.js";
import { compile } from "../compile/compile.js";
import { relativeError, uniform, writtenOut } from "../fixtures/written-out.js";
import { profile } from "../profile/profile.js";
import { spread } from "./spread.js";
import {
  convolutionByProduct,
  filterGradientByProduct,
  inputGradientByProduct,
  type Windows,
} from "./window-products.js";

type Shape = [number, number, number, number];

beforeAll(async () => {
  await useTensorFlow();
});

const none = { top: 0, left: 0, bottom: 0, right: 0 };
const around = { top: 1, left: 1, bottom: 1, right: 1 };

describe("convolutions as products of windows", () => {
  it.each([
    [[2, 4, 4, 3], [3, 3], 5, [1, 1], around],
    [[1, 5, 7, 4], [3, 3], 2, [1, 1], none],
    [[3, 6, 3, 2], [2, 3], 3, [1, 1], { top: 1, left: 0, bottom: 0, right: 2 }],
    [[2, 4, 3, 5], [1, 1], 3, [1, 1], none],
    [[2, 6, 6, 3], [1, 1], 4, [2, 2], none],
    [[2, 7, 5, 3], [1, 1], 4, [3, 2], none],
  ] as [Shape, [number, number], number, [number, number], Windows["padding"]][])(
    "of %j by filters of %j to %d channels, strides %j, padding %j, are the sums written out",
    (shape, [height, width], outputs, strides, padding) => {
      const windows = { height, width, strides, padding };
      const [x, filter] = [uniform(shape, 1), uniform([height, width, shape[3], outputs], 2)];
      const down = Math.floor((shape[1] + padding.top + padding.bottom - height) / strides[0]) + 1;
      const across = Math.floor((shape[2] + padding.left + padding.right - width) / strides[1]) + 1;
      const dy = uniform([shape[0], down, across, outputs], 3);
      const expected = writtenOut(x, filter, dy, padding, strides);
      const seen: Shape = height * width === 1 ? [shape[0], down, across, shape[3]] : shape;
      const gradient = tf.reshape<tf.Rank.R4>(inputGradientByProduct(dy, filter, windows), seen);
      expect(relativeError(convolutionByProduct(x, filter, windows), expected.y)).toBeLessThan(1e-5);
      expect(relativeError(spread(gradient, strides, shape), expected.dx)).toBeLessThan(1e-5);
      expect(relativeError(filterGradientByProduct(x, dy, windows), expected.dw)).toBeLessThan(1e-5);
    },
  );

  it.each([
    [[2, 9, 9, 3], [3, 3], around],
    [[1, 8, 10, 2], [3, 3], { top: 0, left: 0, bottom: 1, right: 1 }],
    [[2, 6, 5, 4], [2, 2], none],
  ] as [Shape, [number, number], Windows["padding"]][])(
    "with strides, of %j by filters of %j: the convolution and the filter's gradient are too",
    (shape, [height, width], padding) => {
      const strides = [2, 2] as const;
      const windows = { height, width, strides, padding };
      const [x, filter] = [uniform(shape, 1), uniform([height, width, shape[3], 3], 2)];
      const down = Math.floor((shape[1] + padding.top + padding.bottom - height) / 2) + 1;
      const across = Math.floor((shape[2] + padding.left + padding.right - width) / 2) + 1;
      const dy = uniform([shape[0], down, across, 3], 3);
      const expected = writtenOut(x, filter, dy, padding, strides);
      expect(relativeError(convolutionByProduct(x, filter, windows), expected.y)).toBeLessThan(1e-5);
      expect(relativeError(filterGradientByProduct(x, dy, windows), expected.dw)).toBeLessThan(1e-5);
    },
  );
});

describe.runIf(processorFlags().has("avx2"))("in float32", () => {
  type Convolution = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor4D;
  const gradients = (convolve: Convolution, x: tf.Tensor4D, filter: tf.Tensor4D, dy: tf.Tensor4D) =>
    tf.grads((image, kernel) => tf.sum(tf.mul(convolve(image as tf.Tensor4D, kernel as tf.Tensor4D), dy)))([
      x,
      filter,
    ]) as [tf.Tensor4D, tf.Tensor4D];

  it.each([
    ["3 x 3", [2, 3, 4, 128], 3, 1, 1, 0],
    ["3 x 3 with strides, but for the gradient by the image", [2, 5, 5, 128], 3, 2, 1, 1],
    ["1 x 1", [2, 3, 5, 128], 1, 1, 0, 0],
    ["1 x 1 with strides", [2, 6, 4, 128], 1, 2, 0, 0],
    ["too few channels", [2, 3, 3, 64], 3, 1, 1, 4],
  ] as [string, Shape, number, number, number, number][])(
    "convolutions of few pixels and their gradients are products: %s",
    async (_, shape, size, strides, pad, convolutions) => {
      const outputs = shape[3];
      const [x, filter] = [uniform(shape, 1), uniform([size, size, shape[3], outputs], 2)];
      const length = (pixels: number) => Math.floor((pixels + 2 * pad - size) / strides) + 1;
      const dy = uniform([shape[0], length(shape[1]), length(shape[2]), outputs], 3);
      const padding = { top: pad, left: pad, bottom: pad, right: pad };
      const expected = writtenOut(x, filter, dy, padding, [strides, strides]);
      const around: tf.backend_util.ExplicitPadding = [[0, 0], [pad, pad], [pad, pad], [0, 0]]; // biome-ignore format: one line
      const convolve: Convolution = (image, kernel) => tf.conv2d(image, kernel, strides, pad ? around : "valid");
      const profiled = await profile(() => ({ y: convolve(x, filter), gradients: gradients(convolve, x, filter, dy) }));
      const { y, gradients: [dx, dw] } = profiled.result; // biome-ignore format: one line
      expect(relativeError(y, expected.y)).toBeLessThan(1e-5);
      expect(relativeError(dx, expected.dx)).toBeLessThan(1e-5);
      expect(relativeError(dw, expected.dw)).toBeLessThan(1e-5);
      const left = profiled.summary.operations.filter(({ operation }) => operation.includes("Conv2D"));
      expect(left.reduce((sum, { count }) => sum + count, 0)).toBe(convolutions);
    },
  );
});

describe.runIf(processorFlags().has("amx_bf16"))("where AMX computes bfloat16", () => {
  /** The last stage of a network: a block with strides, one of a pixel beside it, and one without. */
  function stage(x: tf.Tensor4D, filters: readonly tf.Tensor4D[]): tf.Tensor[] {
    const loss = (image: tf.Tensor, ...[first, second, beside]: tf.Tensor[]) => {
      const convolved = tf.relu(convolution(image as tf.Tensor4D, first as tf.Tensor4D, 2));
      const shortcut = convolution(image as tf.Tensor4D, beside as tf.Tensor4D, 2);
      const all = tf.add(convolution(convolved, second as tf.Tensor4D), shortcut);
      return tf.sum(tf.square(tf.mean(tf.relu(all), [1, 2])));
    };
    const { value, grads } = tf.valueAndGrads(loss)([x, ...filters]);
    return [value, ...grads];
  }

  it("small images' convolutions and gradients are products, with nearly the numbers of float32", async () => {
    const x = uniform([16, 8, 8, 32], 1);
    const filters = [uniform([3, 3, 32, 64], 2), uniform([3, 3, 64, 64], 3), uniform([1, 1, 32, 64], 4)];
    const exact = stage(x, filters);
    const compiled = compile((image: tf.Tensor4D, ...rest: tf.Tensor4D[]) => stage(image, rest), {
      precision: "bfloat16",
    });
    const { result, summary } = await profile(() => compiled(x, ...filters));
    for (const [i, tensor] of exact.entries()) {
      const error = tf.div(tf.norm(tf.sub(result[i] as tf.Tensor, tensor)), tf.norm(tensor)).dataSync()[0];
      expect(error).toBeLessThan(0.05);
    }
    const counts = new Map(summary.operations.map(({ operation, count }) => [operation, count]));
    // All but the gradient by the image of the convolution with strides.
    expect([...counts].filter(([name]) => name.includes("Conv2D"))).toEqual([["_MklNativeConv2DBackpropInput", 1]]);
    compiled.dispose();
  });
});
