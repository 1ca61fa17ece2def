import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSimclrError } from "./errors.js";
import { foldIn, randomKey, split, threefry2x32 } from "./random-key.js";

describe("threefry2x32", () => {
  // The known-answer vectors of Random123 (kat_vectors, threefry2x32, 20 rounds).
  it.each([
    [0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ])("key %i %i, counter %i %i", (key0, key1, counter0, counter1, word0, word1) => {
    expect(threefry2x32([key0, key1], counter0, counter1)).toEqual([word0, word1]);
  });
});

describe("keys", () => {
  it("a seed is the key's 64 bits", () => {
    expect(randomKey(42)).toEqual([0, 42]);
    expect(randomKey(2 ** 53 - 1)).toEqual([2 ** 21 - 1, 2 ** 32 - 1]);
  });

  it("split keys do not depend on how many there are, and differ", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, count) => {
        const keys = split(randomKey(seed), count);
        expect(keys).toEqual(split(randomKey(seed), 40).slice(0, count));
        expect(new Set(keys.map(String)).size).toBe(count);
      }),
    );
  });

  it("folding in numbers, names and splitting lead to different keys", () => {
    const key = randomKey(5);
    const names = ["a", "b", "ab", "ba", "data", "init"].map((name) => foldIn(key, name));
    const numbers = [0, 1, 2, 2 ** 32, 2 ** 32 + 1].map((number) => foldIn(key, number));
    const all = [key, ...split(key, 3), ...names, ...numbers];
    expect(new Set(all.map(String)).size).toBe(all.length);
    expect(foldIn(key, "data")).toEqual(foldIn(randomKey(5), "data"));
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])("refuses the seed %d", (seed) => {
    for (const make of [() => randomKey(seed), () => foldIn(randomKey(0), seed)]) {
      let error: unknown;
      try {
        make();
      } catch (thrown) {
        error = thrown;
      }
      expect(isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")).toBe(true);
    }
  });
});
