import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { tooFewNeighbours } from "./errors.js";
import { assertSameSize, type Features } from "./features.js";
import { rowsAtOnce, type UnitRows, unitRows } from "./unit-rows.js";

export interface Neighbours {
  /** `[queries, k]`: rows of the bank, the most similar first; of equals the lower row. */
  readonly indices: Int32Array;
  /** `[queries, k]`: cosine similarities, in [-1, 1]. */
  readonly similarities: Float32Array;
  readonly k: number;
}

/** Queries that are compared at once. */
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
  const [queryUnits, bankUnits] = [unitRows("test", queries), unitRows("train", bank)];
  const bankRows = rowsAtOnce(bank.size);
  for (let bankStart = 0; bankStart < bank.count; bankStart += bankRows) {
    const block = readBlock(bankUnits, bankStart, bankRows, queries.count < bank.size);
    try {
      for (let start = 0; start < queries.count; start += queryRows) {
        signal?.throwIfAborted();
        const rows = Math.min(queryRows, queries.count - start);
        const own = (list: Int32Array | Float32Array) => list.subarray(start * k, (start + rows) * k);
        const kept = { rows: own(indices) as Int32Array, values: own(similarities) as Float32Array };
        await keepNearest(kept, k, queryUnits, start, block, bankStart);
      }
    } finally {
      block.rows.dispose();
      block.factors?.dispose();
    }
  }
  return { indices, similarities, k };
}

/** Rows of the bank. */
interface Block {
  readonly rows: tf.Tensor2D;
  /** What their similarities are to be multiplied by yet, `[rows]`. */
  readonly factors?: tf.Tensor1D;
}

/** Similarities, where they are fewer than the rows' values, are the cheaper ones to multiply. */
function readBlock(bank: UnitRows, start: number, rows: number, areSimilaritiesFewer: boolean): Block {
  return areSimilaritiesFewer ? bank.readScaled(start, rows) : { rows: bank.read(start, rows) };
}

interface Kept {
  readonly rows: Int32Array;
  readonly values: Float32Array;
}

/** Merges the block's nearest rows into those that were found before. */
async function keepNearest(
  kept: Kept,
  k: number,
  queries: UnitRows,
  start: number,
  block: Block,
  bankStart: number,
): Promise<void> {
  const blockRows = block.rows.shape[0];
  const all = Math.min(k, blockRows);
  // In a bank without order a block holds its share of the nearest k so far. To look for a few times as many is enough, and
  // much faster than for k; where it was not, all are looked for.
  const share = (k * blockRows) / (bankStart + blockRows);
  const few = Math.min(all, Math.ceil(3 * share) + 16);
  const product = tf.tidy(() => {
    const asked = queries.read(start, queryRows);
    const similarities = tf.matMul<tf.Tensor2D>(asked, block.rows, false, true);
    return block.factors ? tf.mul<tf.Tensor2D>(similarities, block.factors) : similarities;
  });
  try {
    const first = await largest(product, few);
    const missed = few < all && first.values.some((value, i) => i % few === few - 1 && value > worst(kept, k, i, few));
    const { values, rows, width } = missed ? await largest(product, all) : first;
    for (let i = 0; i < values.length / width; i++) {
      const [at, from] = [i * k, i * width];
      const own = { values: kept.values.subarray(at, at + k), rows: kept.rows.subarray(at, at + k) };
      merge(own, values.subarray(from, from + width), rows.subarray(from, from + width), bankStart);
    }
  } finally {
    product.dispose();
  }
}

/** The least similar one that is kept for the query that value i of `few` a query belongs to. */
function worst(kept: Kept, k: number, i: number, few: number): number {
  return kept.values[(Math.floor(i / few) + 1) * k - 1] as number;
}

/** Each row's largest values with their columns. */
async function largest(product: tf.Tensor2D, width: number) {
  const best = tf.topk(product, width, true);
  const [values, rows] = await Promise.all([best.values.data<"float32">(), best.indices.data<"int32">()]);
  tf.dispose([best.values, best.indices]);
  return { values, rows, width };
}

/** Merges two sorted lists into the first and keeps its length; of equals the earlier block's come first. */
function merge(
  own: { values: Float32Array; rows: Int32Array },
  values: ArrayLike<number>,
  rows: ArrayLike<number>,
  firstRow: number,
): void {
  if ((own.values.at(-1) as number) >= (values[0] as number)) return;
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
