import { randomKey, uniform } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { adjustGamma, motionBlur, randomAffine, randomPerspective } from "./index.js";
import { motionKernels } from "./motion-kernels.js";
import { type Corners, perspectiveCoefficients } from "./perspective-coefficients.js";
import { type ResampleOptions, resample } from "./resample.js";

const random = (shape: [number, number, number, number], seed = 1) =>
  tf.tensor4d(Float32Array.from(uniform(randomKey(seed), tf.util.sizeFromShape(shape))), shape);

/** torch's grid_sample with zeros outside, and torchvision's fill, pixel by pixel. */
function slowResample(
  image: number[][],
  row: number,
  column: number,
  { interpolation, fill }: ResampleOptions,
): number {
  const even = (x: number) => (x % 1 === 0.5 || x % 1 === -0.5 ? 2 * Math.round(x / 2) : Math.round(x));
  const at = (y: number, x: number) => image[y]?.[x];
  const [top, left] = interpolation === "nearest" ? [even(row), even(column)] : [Math.floor(row), Math.floor(column)];
  const corners =
    interpolation === "nearest"
      ? [[top, left, 1] as const]
      : ([0, 1] as const).flatMap((j) =>
          ([0, 1] as const).map((i) => {
            const weight = (1 - Math.abs(top + j - row)) * (1 - Math.abs(left + i - column));
            return [top + j, left + i, weight] as const;
          }),
        );
  const sum = (value: (pixel: number) => number) =>
    corners.reduce(
      (total, [y, x, weight]) => total + weight * (at(y, x) === undefined ? 0 : value(at(y, x) as number)),
      0,
    );
  const read = sum((pixel) => pixel);
  if (fill === undefined) return read;
  const share = sum(() => 1);
  return share * (read - (fill as number)) + (fill as number);
}

describeEachBackend((backendName) => {
  const options: ResampleOptions[] = [
    {},
    { interpolation: "nearest" },
    { fill: 0.4 },
    { interpolation: "nearest", fill: 0.4 },
  ];

  it.each(options)("%j reads as the slow way, far outside and at ties too", (each) => {
    const [height, width] = [5, 4];
    const pixels = [...uniform(randomKey(2), 2 * height * width)];
    const images = [0, 1].map((i) =>
      Array.from({ length: height }, (_, y) => pixels.slice((i * height + y) * width, (i * height + y + 1) * width)),
    );
    const positions = [
      -1e6, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.5, 1.25, 1.5, 2.5, 3, 3.25, 3.5, 4, 4.5, 4.75, 5, 5.5, 1e6,
    ];
    const rows = positions.flatMap((row) => positions.map(() => row));
    const columns = positions.flatMap(() => positions);
    const size = positions.length;
    const actual = tf.tidy(() => {
      const both = (list: number[]) => tf.tensor3d([...list, ...list], [2, size, size]);
      return resample(tf.tensor4d(pixels, [2, height, width, 1]), both(rows), both(columns), each);
    });
    const expected = images.flatMap((image) =>
      rows.map((row, i) => slowResample(image, row, columns[i] as number, each)),
    );
    expectClose(actual, expected, { absolute: 1e-6 });
    actual.dispose();
  });

  it.each([
    ["affine", randomAffine({ degrees: 40, scale: [0.7, 1.3], shear: 20 })],
    ["affine, filled", randomAffine({ degrees: 40, translate: [0.2, 0.2], fill: [0.2, 0.6] })],
    ["affine, nearest", randomAffine({ degrees: 40, interpolation: "nearest" })],
    ["perspective", randomPerspective({ distortionScale: 0.6 })],
    ["motion blur", motionBlur({ kernelSizeRange: [3, 5] })],
    ["gamma", adjustGamma({ gammaRange: [0.5, 2] })],
  ] as const)("%s has the gradient of its differences, recorded too", (_, augmentation) => {
    const shape: [number, number, number, number] = [2, 5, 6, 2];
    const [weights, input] = [random(shape, 3), random(shape, 4)];
    const parameters = augmentation.sample(randomKey(5), { batchSize: 2, imageSize: [5, 6] });
    // Away from 0 and 1, where the clip is.
    const inside = (x: tf.Tensor) => tf.add<tf.Tensor4D>(tf.div(x, 2), 0.25);
    const loss = (x: tf.Tensor) =>
      tf.sum(tf.mul(augmentation.apply(inside(x), parameters as never), weights)) as tf.Scalar;
    expectGradient(loss, [input]);
    if (backendName === "tensorflow") {
      const gradient = compile((x: tf.Tensor) => tf.grad(loss)(x), { xla: false });
      const [actual, expected] = [gradient(input), tf.grad(loss)(input)];
      expectClose(actual, expected, { absolute: 1e-6 });
      gradient.dispose();
      tf.dispose([actual, expected]);
    }
    tf.dispose([weights, input]);
  });

  it("a motion kernel is kornia's documented one, and fits into the largest", () => {
    const kernels = tf.tidy(() =>
      motionKernels(tf.tensor1d([5, 3, 3]), tf.tensor1d([0, 215, 90]), tf.tensor1d([0, -0.5, 1]), 5),
    );
    const line = [0.2, 0.2, 0.2, 0.2, 0.2];
    const none = [0, 0, 0, 0, 0];
    const slanted = [...none, 0, 0, 0, 1 / 6, 0, 0, 0, 1 / 3, 0, 0, 0, 0.5, 0, 0, 0, ...none];
    // Direction 1 is heavy at the left end, which 90 degrees take to the bottom.
    const upright = [...none, ...none, 0, 0, 1 / 3, 0, 0, 0, 0, 2 / 3, 0, 0, ...none];
    expectClose(kernels, [...none, ...none, ...line, ...none, ...none, ...slanted, ...upright], { absolute: 1e-6 });
    kernels.dispose();
  });

  it("refuse a fill of other channels", () => {
    const parameters = { coefficients: [[1, 0, 0, 0, 1, 0, 0, 0]] };
    tf.tidy(() => {
      const image = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
      expect(() => randomPerspective({ fill: [0, 1] }).apply(image, parameters)).toThrow(
        "SIMCLR_ERROR__CORE__INVALID_ARGUMENT",
      );
    });
  });
});

describe("what is drawn", () => {
  const context = { batchSize: 3000, imageSize: [40, 30] } as const;
  const ends = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];

  it("affine parameters fill their ranges, and shifts are whole pixels of the side along which they go", () => {
    const affine = randomAffine({
      degrees: [-10, 30],
      translate: [0.1, 0.25],
      scale: [0.5, 2],
      shear: [-5, 5, 10, 20],
    });
    const drawn = affine.sample(randomKey(6), context);
    expectClose([drawn.angle, drawn.scale, drawn.shearX, drawn.shearY].flatMap(ends), [-10, 30, 0.5, 2, -5, 5, 10, 20], { absolute: 0.05 }); // biome-ignore format: one line
    expect(ends(drawn.translateX)).toEqual([-3, 3]);
    expect(ends(drawn.translateY)).toEqual([-10, 10]);
    expect([...drawn.translateX, ...drawn.translateY].every(Number.isInteger)).toBe(true);
    const mean = drawn.angle.reduce((sum, angle) => sum + angle, 0) / 3000;
    expect(Math.abs(mean - 10)).toBeLessThan(4 * (40 / Math.sqrt(12 * 3000)));
    const still = randomAffine({ degrees: 0 }).sample(randomKey(6), context);
    expect(new Set(Object.values(still).flat())).toEqual(new Set([0, 1]));
  });

  it("a perspective takes moved corners back to the image's, each moved in by at most its part", () => {
    const from: Corners = [[3, 5], [27, 2], [26, 33], [6, 38]]; // biome-ignore format: one line
    const to: Corners = [[0, 0], [29, 0], [29, 39], [0, 39]]; // biome-ignore format: one line
    const map = ([a, b, c, d, e, f, g, h]: number[], [x, y]: readonly [number, number]) => {
      const n = [a, b, c, d, e, f, g, h] as [number, number, number, number, number, number, number, number];
      const depth = n[6] * x + n[7] * y + 1;
      return [(n[0] * x + n[1] * y + n[2]) / depth, (n[3] * x + n[4] * y + n[5]) / depth];
    };
    const coefficients = perspectiveCoefficients(to, from);
    expectClose(from.flatMap((point) => map(coefficients, point)), to.flat(), { absolute: 1e-9 }); // biome-ignore format: one line
    const { coefficients: drawn } = randomPerspective({ distortionScale: 0.5 }).sample(randomKey(7), {
      ...context,
      batchSize: 500,
    });
    // The image's corners lie outside of what is read, or on its corner.
    for (const one of drawn) {
      const [x, y] = map([...one], [0, 0]) as [number, number];
      expect(Math.min(x, y)).toBeLessThanOrEqual(1e-9);
      // The farthest that the upper left corner moves is a quarter of both sides, which the map takes back to 0.
      expect(map([...one], [7, 10]).every((at) => at >= -1e-9)).toBe(true);
    }
    const none = randomPerspective({ distortionScale: 0 }).sample(randomKey(7), { ...context, batchSize: 1 });
    expectClose(none.coefficients[0] as number[], [1, 0, 0, 0, 1, 0, 0, 0], { absolute: 1e-12 });
  });

  it("motion blur's sizes are odd and equally frequent, its angles and directions fill their ranges", () => {
    const { kernelSize, angle, direction } = motionBlur().sample(randomKey(8), context);
    for (const size of [3, 5, 7]) {
      const found = kernelSize.filter((each) => each === size).length;
      expect(Math.abs(found - 1000)).toBeLessThan(4 * Math.sqrt(667));
    }
    expectClose(ends(direction), [-1, 1], { absolute: 0.01 });
    expectClose(ends(angle), [-180, 180], { absolute: 1 });
    const { gamma, gain } = adjustGamma({ gainRange: [0.5, 1] }).sample(randomKey(8), context);
    expectClose([gamma, gain].flatMap(ends), [0.8, 1.2, 0.5, 1], { absolute: 0.01 });
  });

  it("options that make no sense are refused", () => {
    for (const make of [
      () => randomAffine({ degrees: -1 }),
      () => randomAffine({ degrees: [10, -10] }),
      () => randomAffine({ degrees: 0, translate: [0, 2] }),
      () => randomAffine({ degrees: 0, scale: [0, 1] }),
      () => randomAffine({ degrees: 0, shear: [0, 1, 2, 1] }),
      () => randomAffine({ degrees: 0, fill: [] }),
      () => randomPerspective({ distortionScale: 1.5 }),
      () => motionBlur({ kernelSizeRange: [3, 6] }),
      () => motionBlur({ directionRange: [-2, 0] }),
      () => motionBlur({ angleRange: [1, 0] }),
      () => adjustGamma({ gammaRange: [0, 1] }),
      () => adjustGamma({ gainRange: [-1, 1] }),
    ]) {
      expect(make).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });
});
