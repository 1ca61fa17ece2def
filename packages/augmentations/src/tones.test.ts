import { randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import pil from "./fixtures/tones.json" with { type: "json" };
import torchvision from "./fixtures/transforms.json" with { type: "json" };
import { autoContrast, equalize, posterize, sharpness, solarize } from "./index.js";

/** An operation of PIL or torchvision, by ours; thresholds of PIL are bytes. */
function apply(operation: string, amount: number, images: tf.Tensor4D): tf.Tensor4D {
  switch (operation.toLowerCase()) {
    case "posterize":
      return posterize().apply(images, { bits: [amount] });
    case "solarize":
      return solarize().apply(images, { threshold: [amount] });
    case "sharpness":
      return sharpness().apply(images, { factor: [1 + amount] });
    case "equalize":
      return equalize().apply(images, {});
    default:
      return autoContrast().apply(images, {});
  }
}

describeEachBackend(() => {
  describe.each(pil.images)("of PIL's image, $name,", ({ image, changes }) => {
    it.each(changes)("$operation $amount", ({ operation, amount, changed }) => {
      const shape: [number, number, number, number] = [1, image.length, (image[0] as number[]).length, 1];
      const pixels = tf.tensor4d(image.flat().map((x) => x / 255), shape); // biome-ignore format: one line
      const own = operation === "solarize" ? (amount as number) / 255 : (amount as number);
      const levels = tf.tidy(() => tf.mul(apply(operation, own, pixels), 255));
      // PIL rounds a stretched level down to a whole one.
      const absolute = operation === "autocontrast" ? 1 + 1e-4 : 1e-4;
      expectClose(levels, changed.flat(), { absolute, relative: 0 });
      tf.dispose([pixels, levels]);
    });
  });

  const ours = ["Posterize", "Solarize", "Sharpness", "AutoContrast", "Equalize"];
  it.each(torchvision.operations.filter(({ operation }) => ours.includes(operation)))(
    "$operation by $magnitude is torchvision's",
    ({ operation, magnitude, changed }) => {
      const image = torchvision.image;
      const shape: [number, number, number, number] = [1, image.length, (image[0] as number[][]).length, 3];
      // Whole 255ths again: the fixture's seven digits would break ties with a threshold.
      const pixels = tf.tensor4d(image.flat(2).map((x) => Math.round(x * 255) / 255), shape); // biome-ignore format: one line
      const actual = tf.tidy(() => apply(operation, magnitude, pixels));
      expectClose(actual, changed.flat(2), { absolute: 2e-6 });
      tf.dispose([pixels, actual]);
    },
  );

  it("solarize and posterize change every image by its own parameter", () => {
    const pixels = tf.tensor4d([0.25, 0.75, 0.25, 0.75, 0.25, 0.75], [3, 1, 2, 1]);
    const [solarized, posterized] = tf.tidy(() => [
      solarize().apply(pixels, { threshold: [0, 0.75, 2] }),
      posterize().apply(pixels, { bits: [1, 2, 8] }),
    ]);
    expectClose(solarized as tf.Tensor, [0.75, 0.25, 0.25, 0.25, 0.25, 0.75], { absolute: 0 });
    const levels = [0, 128, 64, 128, 64, 191];
    expectClose(posterized as tf.Tensor, levels.map((level) => level / 255), { absolute: 1e-7 }); // biome-ignore format: one line
    tf.dispose([pixels, solarized, posterized]);
  });
});

describe("what is drawn", () => {
  const context = { batchSize: 3000, imageSize: [8, 8] } as const;

  it("bits are whole and each equally often; thresholds and factors are uniform in their ranges", () => {
    const { bits } = posterize({ bitsRange: [3, 5] }).sample(randomKey(1), context);
    for (const kept of [3, 4, 5]) {
      const share = bits.filter((value) => value === kept).length / 3000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(4 * Math.sqrt((1 / 3) * (2 / 3)) / Math.sqrt(3000)); // biome-ignore format: one line
    }
    const { threshold } = solarize({ thresholdRange: [0.25, 0.75] }).sample(randomKey(2), context);
    const { factor } = sharpness().sample(randomKey(3), context);
    for (const [values, low, high] of [[threshold, 0.25, 0.75], [factor, 0.1, 1.9]] as const) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      const mean = values.reduce((sum, value) => sum + value, 0) / 3000;
      expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((4 * (high - low)) / Math.sqrt(12 * 3000));
    } // biome-ignore format: pairs
    expect(new Set(solarize().sample(randomKey(4), context).threshold)).toEqual(new Set([0.5]));
  });

  it("refuses ranges that are none", () => {
    const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
    expect(() => posterize({ bitsRange: [0, 8] })).toThrow(code);
    expect(() => posterize({ bitsRange: [2.5, 4] })).toThrow(code);
    expect(() => solarize({ thresholdRange: [0.6, 0.5] })).toThrow(code);
    expect(() => solarize({ thresholdRange: [0, 1.1] })).toThrow(code);
    expect(() => sharpness({ factorRange: [-1, 1] })).toThrow(code);
  });
});
