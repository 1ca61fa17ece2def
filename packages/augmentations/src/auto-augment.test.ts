import { randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type AutoAugmentPolicy, autoAugmentPolicies } from "./auto-augment-policy.js";
import golden from "./fixtures/transforms.json" with { type: "json" };
import { autoAugment, randAugment, trivialAugment } from "./index.js";
import { magnitudeOf, policyOperations, randomOperations, wideMagnitudeRanges } from "./policy-operations.js";

const [height, width] = [golden.image.length, (golden.image[0] as number[][]).length];
// Whole 255ths again: the fixture's seven digits would break ties with a threshold.
const pixels = golden.image.flat(2).map((x) => Math.round(x * 255) / 255);
const image = () => tf.tensor4d(pixels, [1, height, width, 3]);
const indexOf = (torchvision: string) =>
  policyOperations.findIndex((name) => name.toLowerCase() === torchvision.toLowerCase());
const isFactor = (name: string) => ["Brightness", "Color", "Contrast", "Sharpness"].includes(name);
/** A magnitude of torchvision's, whose thresholds are bytes, by ours. */
const ourMagnitude = (operation: string, magnitude: number) => {
  if (isFactor(operation)) return 1 + magnitude;
  if (operation.startsWith("Translate")) return Math.trunc(magnitude + Math.sign(magnitude) * 1e-5);
  return operation === "Solarize" ? magnitude / 255 : magnitude;
};

describeEachBackend(() => {
  it.each(golden.operations)("$operation by $magnitude is torchvision's", ({ operation, magnitude, changed }) => {
    // On images of floats torchvision's threshold is a float.
    const own = operation === "Solarize" ? magnitude : ourMagnitude(operation, magnitude);
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

it.each(["imagenet", "cifar10", "svhn"] as const)("the policy of %s is torchvision's, pair by pair", (policy) => {
  const ours = autoAugmentPolicies[policy];
  const theirs = golden.policies[policy];
  expect(ours.length).toBe(theirs.length);
  theirs.forEach((pair, i) => {
    pair.forEach(({ operation, probability, magnitude, signed }, j) => {
      const [name, chance, level] = (ours[i] as (typeof ours)[number])[j] as (typeof ours)[number][number];
      expect([name.toLowerCase(), chance]).toEqual([operation.toLowerCase(), probability]);
      const size = magnitudeOf(name, level / 9, 1, golden.policyImageSize as [number, number]);
      expect(size).toBeCloseTo(ourMagnitude(operation, magnitude), 5);
      if (signed) expect(magnitudeOf(name, 1, -1, [32, 32])).not.toBe(magnitudeOf(name, 1, 1, [32, 32]));
    });
  });
});

describe("RandAugment and TrivialAugment", () => {
  it.each([
    ["RandAugment", golden.randAugment, undefined],
    ["TrivialAugment", golden.trivialAugment, wideMagnitudeRanges],
  ] as const)("%s has torchvision's operations, and its magnitude at every level", (_, space, ranges) => {
    expect([...randomOperations].sort()).toEqual(
      Object.keys(space).map((name) => policyOperations[indexOf(name === "Identity" ? "none" : name)]).sort(), // biome-ignore format: one line
    );
    for (const [operation, magnitudes] of Object.entries(space)) {
      const name = policyOperations[indexOf(operation === "Identity" ? "none" : operation)] as (typeof policyOperations)[number]; // biome-ignore format: one line
      magnitudes.forEach((magnitude, level) => {
        const [height, width] = golden.policyImageSize as [number, number];
        const size = magnitudeOf(name, level / (magnitudes.length - 1 || 1), 1, [height, width], ranges);
        // _apply_op cuts pixels down to whole ones; of 16 in float32 it may make 15.
        const expected = ourMagnitude(operation, magnitude);
        expect(size).toBeCloseTo(expected, 5);
      });
    }
  });

  const context = { batchSize: 14000, imageSize: [40, 48] } as const;

  it("draw every operation equally often, and both signs", () => {
    const rand = randAugment({ operationCount: 2, magnitude: 9 }).sample(randomKey(3), context);
    const trivial = trivialAugment().sample(randomKey(4), context);
    for (const [{ operations, magnitudes }, turns] of [[rand, 2], [trivial, 1]] as const) {
      const all = operations.flat();
      expect(all.length).toBe(turns * context.batchSize);
      for (const name of randomOperations) {
        const found = all.filter((operation) => operation === policyOperations.indexOf(name)).length;
        const expected = all.length / randomOperations.length;
        expect(Math.abs(found - expected)).toBeLessThan(4.5 * Math.sqrt(expected));
      }
      const turned = magnitudes.flat().filter((_, i) => all[i] === policyOperations.indexOf("rotate"));
      const forwards = turned.filter((angle) => angle > 0).length;
      expect(Math.abs(forwards - turned.length / 2)).toBeLessThan(4.5 * Math.sqrt(turned.length / 4) + turned.length / 31);
    } // biome-ignore format: pairs
    const anglesOf = ({ operations, magnitudes }: typeof rand) => {
      const all = operations.flat();
      return magnitudes.flat().filter((_, i) => all[i] === policyOperations.indexOf("rotate"));
    };
    expect(new Set(anglesOf(rand))).toEqual(new Set([-9, 9]));
    const wide = anglesOf(trivial);
    expect([Math.min(...wide), Math.max(...wide), new Set(wide).size]).toEqual([-135, 135, 61]);
  });

  it("refuse what they have not", () => {
    const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
    expect(() => autoAugment({ policy: "coco" as AutoAugmentPolicy })).toThrow(code);
    expect(() => randAugment({ magnitude: 31 })).toThrow(code);
    expect(() => randAugment({ operationCount: 0 })).toThrow(code);
    expect(() => randAugment({ magnitudeBins: 1 })).toThrow(code);
    expect(() => trivialAugment({ interpolation: "cubic" as "nearest" })).toThrow(code);
    expect(() => trivialAugment({ fill: 2 })).toThrow(code);
  });
});

it("draws every pair equally often, and each operation with its probability", () => {
  const count = 20000;
  const { operations } = autoAugment().sample(randomKey(2), { batchSize: count, imageSize: [32, 32] });
  const expected = policyOperations.map((name) =>
    autoAugmentPolicies.imagenet
      .flat()
      .reduce((sum, [operation, probability]) => sum + (operation === name ? probability / 25 : 0), 0),
  );
  expected.slice(1).forEach((perImage, i) => {
    const found = operations.flat().filter((operation) => operation === i + 1).length;
    // At most two an image, so a variance of at most twice the mean.
    expect(Math.abs(found - count * perImage)).toBeLessThanOrEqual(4.5 * Math.sqrt(2 * count * perImage));
  });
});
