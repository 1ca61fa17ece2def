import { type RandomKey, threefry2x32 } from "./random-key.js";

/** Numbers drawn uniformly from [minimum, maximum), 32 random bits each. */
export function uniform(key: RandomKey, count: number, minimum = 0, maximum = 1): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const [a, b] = threefry2x32(key, 1, i >>> 1);
    out[i] = minimum + (maximum - minimum) * (a / 2 ** 32);
    if (i + 1 < count) out[i + 1] = minimum + (maximum - minimum) * (b / 2 ** 32);
  }
  return out;
}

/** Numbers drawn from the normal distribution, by the Box-Muller transform. */
export function normal(key: RandomKey, count: number, mean = 0, standardDeviation = 1): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const [a, b] = threefry2x32(key, 2, i >>> 1);
    const radius = standardDeviation * Math.sqrt(-2 * Math.log((a + 1) / 2 ** 32));
    const angle = (2 * Math.PI * b) / 2 ** 32;
    out[i] = mean + radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = mean + radius * Math.sin(angle);
  }
  return out;
}

/** Normal numbers, redrawn while they lie more than two standard deviations away, as TensorFlow's truncated_normal. */
export function truncatedNormal(key: RandomKey, count: number, mean = 0, standardDeviation = 1): Float64Array {
  const out = new Float64Array(count);
  let filled = 0;
  let block = 0;
  while (filled < count) {
    // A twentieth of the draws is rejected.
    const draws = normal(threefry2x32(key, 3, block++), Math.ceil((count - filled) * 1.06) + 8);
    for (const z of draws) {
      if (Math.abs(z) <= 2 && filled < count) out[filled++] = mean + standardDeviation * z;
    }
  }
  return out;
}

/** Booleans as 0 and 1; each is 1 with the given probability. */
export function bernoulli(key: RandomKey, count: number, probability: number): Uint8Array {
  return Uint8Array.from(uniform(key, count), (u) => (u < probability ? 1 : 0));
}

/** Integers drawn uniformly from [minimum, maximum). */
export function randomIntegers(key: RandomKey, count: number, minimum: number, maximum: number): Int32Array {
  return Int32Array.from(uniform(key, count), (u) => minimum + Math.floor(u * (maximum - minimum)));
}

/** The integers 0 to length - 1 in a random order, every order equally likely (Fisher and Yates). */
export function permutation(key: RandomKey, length: number): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  const draws = uniform(key, length);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor((draws[i] as number) * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
