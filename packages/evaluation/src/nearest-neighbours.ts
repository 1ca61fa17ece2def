import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { tooFewNeighbours } from "./errors.js";
import { assertSameSize, type Features } from "./features.js";
import { bankRows, unitRows } from "./unit-rows.js";

export interface Neighbours {
  /** `[queries, k]`: rows of the bank, the most similar first; of equals the lower row. */
  readonly indices: Int32Array;
  /** `[queries, k]`: cosine similarities, in [-1, 1]. */
  readonly similarities: Float32Array;
  readonly k: number;
}

// A block of similarities takes 32 MiB, whatever the size of the two sets.
const queryRows = 512;

/**
 * The k rows of the bank that are nearest to each query by cosine similarity. A row of zeros is similar to none, 0.
 *
 * Compares blocks of queries with blocks of the bank and merges their best: neither set is copied, and memory beside
 * the two stays bounded.
 *
 * @param options.signal stops between two blocks
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS when the bank has fewer than k rows
 * @throws SIMCLR_ERROR__EVALUATION__FEATURE_SIZE_MISMATCH, and ..._FEATURES_INVALID, ..._FEATURES_NOT_FINITE
 * @example
 * ```ts
 * import { nearestNeighbours } from "@simclr/evaluation";
 * const bank = { values: Float32Array.of(1, 0, 0, 1, 1, 1), count: 3, size: 2 };
 * const query = { values: Float32Array.of(5, 4), count: 1, size: 2 };
 * const { indices } = await nearestNeighbours(query, bank, 2); // 2, 0
 * ```
 */
export async function nearestNeighbours(
  queries: Features,
  bank: Features,
  k: number,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Neighbours> {
  assertSameSize(bank, queries);
  if (!Number.isInteger(k) || k < 1) throw invalidArgument("k", k, "an integer of at least 1");
  if (k > bank.count) throw tooFewNeighbours(k, bank.count);
  const indices = new Int32Array(queries.count * k);
  const similarities = new Float32Array(queries.count * k).fill(Number.NEGATIVE_INFINITY);
  for (let bankStart = 0; bankStart < bank.count; bankStart += bankRows) {
    const block = unitRows(bank, bankStart, bankRows);
    try {
      for (let start = 0; start < queries.count; start += queryRows) {
        signal?.throwIfAborted();
        const best = tf.tidy(() => {
          const product = tf.matMul(unitRows(queries, start, queryRows), block, false, true);
          return tf.topk(product, Math.min(k, block.shape[0]), true);
        });
        const [found, rows] = await Promise.all([best.values.data(), best.indices.data()]);
        const width = best.values.shape[1] as number;
        tf.dispose([best.values, best.indices]);
        for (let i = 0; i < found.length / width; i++) {
          const at = (start + i) * k;
          const own = { values: similarities.subarray(at, at + k), rows: indices.subarray(at, at + k) };
          const from = i * width;
          merge(own, found.subarray(from, from + width), rows.subarray(from, from + width), bankStart);
        }
      }
    } finally {
      block.dispose();
    }
  }
  return { indices, similarities, k };
}

/** Merges two sorted lists into the first and keeps its length; of equals the earlier block's come first. */
function merge(
  own: { values: Float32Array; rows: Int32Array },
  values: ArrayLike<number>,
  rows: ArrayLike<number>,
  firstRow: number,
): void {
  const [oldValues, oldRows] = [own.values.slice(), own.rows.slice()];
  let [a, b] = [0, 0];
  for (let i = 0; i < oldValues.length; i++) {
    const takesOld = b >= values.length || (oldValues[a] as number) >= (values[b] as number);
    own.values[i] = takesOld ? (oldValues[a] as number) : (values[b] as number);
    own.rows[i] = takesOld ? (oldRows[a] as number) : firstRow + (rows[b] as number);
    if (takesOld) a++;
    else b++;
  }
}
