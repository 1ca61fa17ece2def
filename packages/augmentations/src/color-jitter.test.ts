import { randomKey, uniform } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import tensorflow from "./fixtures/tensorflow.json" with { type: "json" };
import torchvision from "./fixtures/torchvision.json" with { type: "json" };
import { type ColorJitterParameters, colorJitter, grayscale } from "./index.js";
import type { JitterVariant } from "./jitter-operations.js";

type Change = Partial<Record<"brightness" | "contrast" | "saturation" | "hue", number>>;

/** The parameters of one image for one change; the other operations do nothing. */
function one(variant: JitterVariant, change: Change, order = [0, 1, 2, 3]): ColorJitterParameters {
  const { brightness = variant === "simclrv1" ? 0 : 1, contrast = 1, saturation = 1, hue = 0 } = change;
  return { order: [order], brightness: [brightness], contrast: [contrast], saturation: [saturation], hue: [hue] };
}

const images = (golden: number[][][]) => tf.tensor4d(golden.flat(2), [1, 4, 6, 3]);
const jitter = (image: tf.Tensor4D, variant: JitterVariant, change: Change, order?: number[]) =>
  colorJitter({ variant }).apply(image, one(variant, change, order));

describeEachBackend(() => {
  describe("one operation alone is the library's own:", () => {
    const { factors, shifts } = tensorflow.colors;
    const cases = [
      { variant: "simclrv1", golden: tensorflow.colors, operation: "brightness", values: shifts },
      { variant: "simclrv2", golden: tensorflow.colors, operation: "contrast", values: factors },
      { variant: "simclrv2", golden: tensorflow.colors, operation: "saturation", values: factors },
      { variant: "simclrv2", golden: tensorflow.colors, operation: "hue", values: shifts },
      { variant: "torchvision", golden: torchvision.colors, operation: "brightness", values: factors },
      { variant: "torchvision", golden: torchvision.colors, operation: "contrast", values: factors },
      { variant: "torchvision", golden: torchvision.colors, operation: "saturation", values: factors },
      { variant: "torchvision", golden: torchvision.colors, operation: "hue", values: shifts },
    ] as const;

    it.each(cases)("$variant $operation", ({ variant, golden, operation, values }) => {
      tf.tidy(() => {
        values.forEach((value, i) => {
          const expected = (golden[operation][i] as number[][][]).flat(2);
          expectClose(jitter(images(golden.image), variant, { [operation]: value }), expected, { absolute: 1e-5 });
        });
      });
    });

    it("simclrv2 brightness multiplies, then clips", () => {
      tf.tidy(() => {
        const image = images(tensorflow.colors.image);
        const expected = tensorflow.colors.image.flat(2).map((x) => Math.min(1.6 * x, 1));
        expectClose(jitter(image, "simclrv2", { brightness: 1.6 }), expected);
      });
    });
  });

  describe("the order", () => {
    it("is followed, clip by clip: the four operations one after the other give the same", () => {
      const change = { brightness: 1.7, contrast: 1.5, saturation: 0.4, hue: 0.3 };
      const names = ["brightness", "contrast", "saturation", "hue"] as const;
      for (const variant of ["simclrv2", "torchvision"] as const) {
        for (const order of [
          [0, 1, 2, 3],
          [3, 2, 1, 0],
          [2, 0, 3, 1],
          [1, 3, 0, 2],
        ]) {
          // biome-ignore format: one line
          tf.tidy(() => {
            const image = images(tensorflow.colors.image);
            const single = (seen: tf.Tensor4D, i: number) => {
              const name = names[i] as (typeof names)[number];
              return jitter(seen, variant, { [name]: change[name] });
            };
            expectClose(jitter(image, variant, change, order), order.reduce(single, image), { absolute: 1e-5 });
          });
        }
      }
    });

    it("is drawn for every image, all 24 about equally often", () => {
      const { order } = colorJitter().sample(randomKey(2), { batchSize: 4800, imageSize: [8, 8] });
      const counts = new Map<string, number>();
      for (const one of order) counts.set(one.join(), (counts.get(one.join()) ?? 0) + 1);
      expect(counts.size).toBe(24);
      const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
      expect(chiSquared).toBeLessThan(49.7); // 23 degrees of freedom, the 99.9 % quantile
    });
  });

  describe("the strengths", () => {
    const context = { batchSize: 4000, imageSize: [8, 8] } as const;
    const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];
    const near = (actual: number[], expected: number[]) => expectClose(actual, expected, { absolute: 2e-3 });

    it("fill the reference's ranges", () => {
      const v2 = colorJitter().sample(randomKey(4), context);
      near(range(v2.brightness), [0.2, 1.8]);
      near(range(v2.contrast), [0.2, 1.8]);
      near(range(v2.saturation), [0.2, 1.8]);
      near(range(v2.hue), [-0.2, 0.2]);
      const half = colorJitter({ strength: 0.5, variant: "simclrv1" }).sample(randomKey(4), context);
      near(range(half.brightness), [-0.4, 0.4]);
      near(range(half.saturation), [0.6, 1.4]);
      near(range(half.hue), [-0.1, 0.1]);
    });

    it("are cut at 0 before the draw where the strength is large", () => {
      const { contrast } = colorJitter({ strength: 2 }).sample(randomKey(4), context);
      near(range(contrast), [0, 2.6]);
      const mean = contrast.reduce((sum, value) => sum + value, 0) / contrast.length;
      expect(Math.abs(mean - 1.3)).toBeLessThan(4 * (2.6 / Math.sqrt(12 * contrast.length)));
    });
  });

  describe("gray images of one channel", () => {
    it("have a brightness and a contrast, but neither saturation nor hue", () => {
      tf.tidy(() => {
        const gray = tf.tensor4d([0.2, 0.4, 0.6, 0.8], [1, 2, 2, 1]);
        expectClose(jitter(gray, "simclrv2", { saturation: 0.1, hue: 0.4 }), gray);
        expectClose(jitter(gray, "simclrv2", { contrast: 0.5 }), [0.35, 0.45, 0.55, 0.65]);
        expectClose(jitter(gray, "torchvision", { contrast: 0.5 }), [0.35, 0.45, 0.55, 0.65]);
        expectClose(jitter(gray, "simclrv1", { brightness: 0.3 }), [0.5, 0.7, 0.9, 1]);
        expectClose(grayscale().apply(gray, {}), gray);
      });
    });
  });

  it("grayscale is tf.image.rgb_to_grayscale in three channels", () => {
    tf.tidy(() => {
      const { image, grayscale: golden } = tensorflow.colors;
      const expected = (golden[0] as number[][][]).flat(2).flatMap((gray) => [gray, gray, gray]);
      expectClose(grayscale().apply(images(image), {}), expected);
    });
  });

  it.each(["simclrv1", "simclrv2", "torchvision"] as const)("%s has the gradient of its differences", (variant) => {
    // Channels far apart and mild strengths: no clip, no change of the largest channel within a difference's step.
    const pixels = [0.3, 0.45, 0.6, 0.62, 0.35, 0.48, 0.33, 0.66, 0.5, 0.4, 0.55, 0.7];
    const image = tf.tensor4d(pixels, [1, 2, 2, 3]);
    const weights = tf.tensor4d(Float32Array.from(uniform(randomKey(8), 12)), [1, 2, 2, 3]);
    const change = { brightness: variant === "simclrv1" ? 0.05 : 1.05, contrast: 0.9, saturation: 0.8, hue: 0.03 };
    const parameters = one(variant, change, [1, 2, 0, 3]);
    const loss = (x: tf.Tensor) =>
      tf.sum(tf.mul(colorJitter({ variant }).apply(x as tf.Tensor4D, parameters), weights));
    expectGradient((x) => loss(x) as tf.Scalar, [image], { step: 5e-3 });
    tf.dispose([image, weights]);
  });

  it("a hue turned forth and back is the same colour, and never leaves its range", () => {
    const channel = fc.double({ min: 0, max: 1, noNaN: true });
    const turns = fc.double({ min: -2, max: 2, noNaN: true });
    const property = fc.property(fc.tuple(channel, channel, channel), turns, (pixel, hue) =>
      tf.tidy(() => {
        const turned = jitter(tf.tensor4d(pixel, [1, 1, 1, 3]), "simclrv2", { hue });
        const range = [tf.min(turned), tf.max(turned)].map((x) => x.dataSync()[0] as number);
        expectClose(range, [Math.min(...pixel), Math.max(...pixel)], { absolute: 1e-5 });
        expectClose(jitter(turned, "simclrv2", { hue: -hue }), pixel, { absolute: 2e-5 });
      }),
    );
    fc.assert(property, { seed: 1, numRuns: 25 });
  });

  it("refuses two channels and what is no range", () => {
    tf.tidy(() => {
      expect(() => jitter(tf.zeros([1, 2, 2, 2]), "simclrv2", {})).toThrow(
        "SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT: expected colorJitter's images with 1 channel",
      );
      expect(() => grayscale().apply(tf.zeros([1, 2, 2, 4]), {})).toThrow("SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT");
    });
    expect(() => colorJitter({ strength: -1 })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    expect(() => colorJitter({ hue: Number.NaN })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  });
});
