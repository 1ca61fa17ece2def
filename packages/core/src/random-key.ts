import { invalidArgument } from "./errors.js";

/**
 * A splittable random key: two 32-bit words. The same key gives the same numbers, always; a key is used once, or split.
 * Plain data, so a key can be saved in a checkpoint as it is.
 */
export type RandomKey = readonly [high: number, low: number];

/**
 * A key from a seed.
 *
 * @param seed an integer in [0, 2^53)
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { foldIn, randomKey, split } from "@simclr/core";
 * const [initKey, dataKey] = split(randomKey(42), 2);
 * const thirdStepKey = foldIn(dataKey, 3);
 * ```
 */
export function randomKey(seed: number): RandomKey {
  if (!Number.isSafeInteger(seed) || seed < 0) throw invalidArgument("seed", seed, "an integer from 0 to 2^53 - 1");
  return [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0];
}

/** As many keys as a literal number says, so that they can be taken apart; a list of keys for any other number. */
export type RandomKeys<Count extends number, Found extends RandomKey[] = []> = number extends Count
  ? RandomKey[]
  : Found["length"] extends Count
    ? Found
    : RandomKeys<Count, [...Found, RandomKey]>;

/** Independent keys from one key. `split(key, n)[i]` does not depend on `n`. */
export function split<Count extends number>(key: RandomKey, count: Count): RandomKeys<Count> {
  return Array.from({ length: count }, (_, i) => threefry2x32(key, 0, i)) as RandomKeys<Count>;
}

/** An independent key for a number (a step, an image's index) or a name (`"augmentation"`). */
export function foldIn(key: RandomKey, data: number | string): RandomKey {
  if (typeof data === "string") return [...data].reduce<RandomKey>((k, c) => foldIn(k, c.codePointAt(0) ?? 0), key);
  if (!Number.isSafeInteger(data) || data < 0)
    throw invalidArgument("data", data, "a non-negative integer or a string");
  return threefry2x32(key, (Math.floor(data / 2 ** 32) + 2 ** 31) >>> 0, data >>> 0);
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32 with 20 rounds, a counter-based generator: words = f(key, counter).
 *
 * @see Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"; the generator of JAX
 */
export function threefry2x32([k0, k1]: RandomKey, counterHigh: number, counterLow: number): RandomKey {
  const keys = [k0, k1, (0x1bd11bda ^ k0 ^ k1) >>> 0] as const;
  let x0 = (counterHigh + keys[0]) | 0;
  let x1 = (counterLow + keys[1]) | 0;
  for (let group = 0; group < 5; group++) {
    for (let i = 0; i < 4; i++) {
      const r = rotations[((group & 1) << 2) + i] as number;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    x0 = (x0 + (keys[(group + 1) % 3] as number)) | 0;
    x1 = (x1 + (keys[(group + 2) % 3] as number) + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}
