import { randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import golden from "./fixtures/transforms.json" with { type: "json" };
import { gaussianNoise } from "./index.js";
import { noiseField } from "./noise-field.js";

const example = golden.noise[1] as (typeof golden.noise)[number];

describeEachBackend((backendName) => {
  it.each(golden.noise)("the noise of key $key is that of 64-bit integers", ({ key, noise }) => {
    const actual = tf.tidy(() => noiseField(tf.tensor2d([key]), [1, 5, 4, 3]));
    expectClose(actual, noise.flat(2), { absolute: 1e-5 });
  });

  it("it is the same compiled", () => {
    if (backendName !== "tensorflow") return;
    const keys = tf.tensor2d([[12, 4000, 7]]);
    const compiled = compile((key: tf.Tensor) => noiseField(key as tf.Tensor2D, [1, 64, 64, 3]));
    const [actual, expected] = [compiled(keys), tf.tidy(() => noiseField(keys, [1, 64, 64, 3]))];
    expectClose(actual, expected, { absolute: 1e-5 });
    compiled.dispose();
    tf.dispose([keys, actual, expected]);
  });

  it("it is normal, and no pixel, channel or image tells of another", () => {
    tf.tidy(() => {
      // Keys as near as they can be.
      const shape: [number, number, number, number] = [4, 64, 64, 3];
      const noise = noiseField(tf.tensor2d([0, 1, 2, 3].map((last) => [5, 7, last])), shape);
      const mean = (x: tf.Tensor) => tf.mean(x).dataSync()[0] as number;
      const moments = [1, 2, 3, 4].map((power) => mean(tf.pow(noise, power)));
      const deviation = Math.sqrt(1 / noise.size);
      // The moments of N(0, 1), within 4.5 deviations: those of z, z², z³, z⁴ are 1, 2, 15 and 96.
      [0, 1, 0, 3].forEach((moment, i) => {
        const spread = Math.sqrt([1, 2, 15, 96][i] as number) * deviation;
        expect(Math.abs((moments[i] as number) - moment)).toBeLessThan(4.5 * spread);
      });
      for (const axis of [0, 1, 2, 3]) {
        const part = (begin: number) => {
          const [from, size] = [[0, 0, 0, 0] as typeof shape, [...shape] as typeof shape];
          from[axis] = begin;
          size[axis] = (shape[axis] as number) - 1;
          return tf.slice(noise, from, size);
        };
        const products = tf.mul(part(0), part(1));
        expect(Math.abs(mean(products))).toBeLessThan(4.5 / Math.sqrt(products.size));
      }
    });
  });

  it("it is scaled by sigma, added, and clipped", () => {
    const actual = tf.tidy(() => {
      const { key } = example;
      return gaussianNoise().apply(tf.fill([2, 5, 4, 3], 0.5), { sigma: [0.3, 0], key: [key, key] });
    });
    const expected = example.noise.flat(2).map((z) => Math.min(Math.max(0.5 + 0.3 * z, 0), 1));
    expectClose(actual, [...expected, ...Array(60).fill(0.5)], { absolute: 1e-5 });
  });
});

it("draws small parameters, uniform sigma, and keys of all numbers", () => {
  const { sigma, key } = gaussianNoise().sample(randomKey(9), { batchSize: 3000, imageSize: [32, 32] });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean([...sigma]) - 0.1)).toBeLessThan(4 * (0.2 / Math.sqrt(12 * 3000)));
  const numbers = key.flat();
  expect(numbers.length).toBe(9000);
  expect(Math.abs(mean(numbers) - 2045)).toBeLessThan(4 * (4091 / Math.sqrt(12 * 9000)));
  expect(numbers.every((n) => Number.isInteger(n) && n >= 0 && n < 4091)).toBe(true);
  expect(() => gaussianNoise({ sigmaRange: [-1, 1] })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
});
