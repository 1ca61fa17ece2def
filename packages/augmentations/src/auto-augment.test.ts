import { randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { autoAugmentOperations, imageNetPolicy, magnitudeOf } from "./auto-augment-policy.js";
import golden from "./fixtures/transforms.json" with { type: "json" };
import { autoAugment } from "./index.js";

const [height, width] = [golden.image.length, (golden.image[0] as number[][]).length];
// Whole 255ths again: the fixture's seven digits would break ties with a threshold.
const pixels = golden.image.flat(2).map((x) => Math.round(x * 255) / 255);
const image = () => tf.tensor4d(pixels, [1, height, width, 3]);
const indexOf = (torchvision: string) =>
  autoAugmentOperations.findIndex((name) => name.toLowerCase() === torchvision.toLowerCase());
const isFactor = (name: string) => ["Color", "Contrast", "Sharpness"].includes(name);

describeEachBackend(() => {
  it.each(golden.operations)("$operation by $magnitude is torchvision's", ({ operation, magnitude, changed }) => {
    const own = isFactor(operation) ? 1 + magnitude : magnitude;
    const apply = (first: boolean) => {
      const pair = <T>(value: T, none: T) => [first ? [value, none] : [none, value]];
      return tf.tidy(() =>
        autoAugment().apply(image(), { operations: pair(indexOf(operation), 0), magnitudes: pair(own, 0) }),
      );
    };
    for (const first of [true, false]) expectClose(apply(first), changed.flat(2), { absolute: 2e-5 });
  });

  it("applies the first operation, then the second", () => {
    tf.tidy(() => {
      const policy = autoAugment();
      const [solarize, equalize] = [indexOf("solarize"), indexOf("equalize")];
      const both = policy.apply(image(), { operations: [[equalize, solarize]], magnitudes: [[0, 0.4]] });
      const first = policy.apply(image(), { operations: [[equalize, 0]], magnitudes: [[0, 0]] });
      const second = policy.apply(first, { operations: [[solarize, 0]], magnitudes: [[0.4, 0]] });
      expectClose(both, second, { absolute: 1e-6 });
    });
  });
});

it("its policy is torchvision's, pair by pair", () => {
  const ours = imageNetPolicy.map((pair) =>
    pair.map(([operation, probability, level]) => [operation, probability, magnitudeOf(operation, level, 1)] as const),
  );
  golden.policy.forEach((pair, i) => {
    pair.forEach(({ operation, probability, magnitude, signed }, j) => {
      const [name, chance, size] = (ours[i] as (typeof ours)[number])[j] as (typeof ours)[number][number];
      expect([indexOf(operation), probability]).toEqual([autoAugmentOperations.indexOf(name), chance]);
      const expected = isFactor(operation) ? 1 + magnitude : operation === "Solarize" ? magnitude / 255 : magnitude;
      expect(size).toBeCloseTo(expected, 5);
      if (signed) expect(magnitudeOf(name, 9, -1)).not.toBe(magnitudeOf(name, 9, 1));
    });
  });
});

it("draws every pair equally often, and each operation with its probability", () => {
  const count = 20000;
  const { operations } = autoAugment().sample(randomKey(2), { batchSize: count, imageSize: [32, 32] });
  const expected = autoAugmentOperations.map((name) =>
    imageNetPolicy
      .flat()
      .reduce((sum, [operation, probability]) => sum + (operation === name ? probability / 25 : 0), 0),
  );
  expected.slice(1).forEach((perImage, i) => {
    const found = operations.flat().filter((operation) => operation === i + 1).length;
    // At most two an image, so a variance of at most twice the mean.
    expect(Math.abs(found - count * perImage)).toBeLessThan(4.5 * Math.sqrt(2 * count * perImage));
  });
});
