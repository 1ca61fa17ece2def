import { invalidArgument } from "@simclr/core";
import { tooFewNeighbours } from "./errors.js";
import { assertSameSize, type Features } from "./features.js";
import { keepNearest, type NearestRows, sortNearest } from "./nearest-rows.js";
import { type ComparisonOptions, type Place, similarities } from "./similarities.js";
import { rowsAtOnce, unitRows } from "./unit-rows.js";

export interface Neighbours {
  /** `[queries, k]`: rows of the bank, the most similar first; of equals the lower row. */
  readonly indices: Int32Array;
  /** `[queries, k]`: cosine similarities, in [-1, 1]. */
  readonly similarities: Float32Array;
  readonly k: number;
}

/** Queries that are compared at once. */
const queryRows = 1024;

/**
 * The k rows of the bank that are nearest to each query by cosine similarity. A row of zeros is similar to none, 0.
 *
 * Compares blocks of queries with blocks of the bank: neither set is copied, and memory beside the two stays bounded.
 *
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
  options: ComparisonOptions = {},
): Promise<Neighbours> {
  assertSameSize(bank, queries);
  if (!Number.isInteger(k) || k < 1) throw invalidArgument("k", k, "an integer of at least 1");
  if (k > bank.count) throw tooFewNeighbours(k, bank.count);
  const indices = new Int32Array(queries.count * k);
  const nearest = new Float32Array(queries.count * k).fill(Number.NEGATIVE_INFINITY);
  const nearestOf = (query: number): NearestRows => ({
    similarities: nearest.subarray(query * k, (query + 1) * k),
    rows: indices.subarray(query * k, (query + 1) * k),
  });
  const units = [unitRows("test", queries), unitRows("train", bank)] as const;
  for await (const { place, values, width } of similarities(...units, bankFirst(queries, bank), options)) {
    for (let i = 0; i * width < values.length; i++) {
      keepNearest(nearestOf(place.query + i), values.subarray(i * width, (i + 1) * width), place.row);
    }
  }
  for (let query = 0; query < queries.count; query++) sortNearest(nearestOf(query));
  return { indices, similarities: nearest, k };
}

/** All queries beside one block of the bank, before the next: a bank is the larger of the two. */
function* bankFirst(queries: Features, bank: Features): Generator<Place> {
  const bankRows = rowsAtOnce(bank.size);
  for (let row = 0; row < bank.count; row += bankRows) {
    for (let query = 0; query < queries.count; query += queryRows) yield { query, queryRows, row, bankRows };
  }
}
