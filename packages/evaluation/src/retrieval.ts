import { invalidArgument } from "@simclr/core";
import { averagePrecision } from "./average-precision.js";
import { emptyClass, tooFewNeighbours } from "./errors.js";
import { assertLabels, assertSameSize, type Features, type LabelledFeatures } from "./features.js";
import { type ComparisonOptions, type Place, similarities } from "./similarities.js";
import { rowsAtOnce, unitRows } from "./unit-rows.js";

export interface RetrievalOptions extends ComparisonOptions {
  /** Sizes of the list in which one row of the query's class has to be. Default 1, 5, 10. */
  readonly k?: readonly number[];
  /** Whether queries and bank are one set, of which a query finds all but itself. Default: false. */
  readonly leaveOneOut?: boolean;
}

/** What {@link retrieval} returns: plain JSON. */
export interface RetrievalResult {
  /** `recall[k]`: the share of queries with a row of their class among the k nearest, in [0, 1]. */
  readonly recall: Readonly<Record<number, number>>;
  /** The mean of {@link RetrievalResult.averagePrecisions}. */
  readonly meanAveragePrecision: number;
  /** Of each query, over the whole bank, in (0, 1]. */
  readonly averagePrecisions: readonly number[];
  /** Of each query: where in the ranking the first row of its class stands, from 0; of equals the lower row comes first. */
  readonly firstHits: readonly number[];
}

// Similarities of a block of queries to the whole bank: 256 MiB on the host, if the bank is not larger than that.
const hostSimilarities = 2 ** 26;
const queryRows = 512;

/**
 * Finds each query's class in a bank by cosine similarity. recall@k as metric learning has it: found, or not. Average
 * precision ranks the whole bank, as scikit-learn's `average_precision_score` of the similarities.
 *
 * Neither set is copied: beside them there are one block of similarities on the host, and blocks of rows in the backend.
 *
 * @throws SIMCLR_ERROR__EVALUATION__EMPTY_CLASS when a query's class is not in the bank, ..._TOO_FEW_NEIGHBOURS,
 *   ..._LABELS_MISSING, ..._FEATURES_INVALID, ..._FEATURES_NOT_FINITE, ..._FEATURE_SIZE_MISMATCH;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { retrieval } from "@simclr/evaluation";
 * const bank = { values: Float32Array.of(1, 0, 1, 1, 0, 1), count: 3, size: 2, labels: Int32Array.of(0, 1, 1) };
 * const query = { values: Float32Array.of(2, 1), count: 1, size: 2, labels: Int32Array.of(0) };
 * const { recall } = await retrieval(query, bank, { k: [1, 2] }); // { 1: 0, 2: 1 }
 * ```
 */
export async function retrieval(
  queries: Features,
  bank: Features,
  options: RetrievalOptions = {},
): Promise<RetrievalResult> {
  const { k: sizes = [1, 5, 10], leaveOneOut = false } = options;
  assertRetrieval(queries, bank, sizes, leaveOneOut);
  const averagePrecisions: number[] = [];
  const firstHits: number[] = [];
  const units = [unitRows("query", queries), unitRows("bank", bank)] as const;
  const rows = Math.max(1, Math.min(queryRows, Math.floor(hostSimilarities / bank.count)));
  const whole = new Float32Array(Math.min(rows, queries.count) * bank.count);
  for await (const { place, values, width } of similarities(...units, queriesFirst(queries, rows, bank), options)) {
    const count = values.length / width;
    for (let i = 0; i < count; i++) {
      whole.set(values.subarray(i * width, (i + 1) * width), i * bank.count + place.row);
    }
    if (place.row + width < bank.count) continue;
    for (let i = 0; i < count; i++) {
      const query = place.query + i;
      const own = whole.subarray(i * bank.count, (i + 1) * bank.count);
      const label = queries.labels[query] as number;
      const ranked = rank(own, bank.labels as Int32Array, label, leaveOneOut ? query : -1);
      firstHits.push(ranked.firstHit);
      averagePrecisions.push(ranked.averagePrecision);
    }
  }
  const share = (k: number) => firstHits.filter((rank) => rank < k).length / queries.count;
  return {
    recall: Object.fromEntries(sizes.map((k) => [k, share(k)])),
    meanAveragePrecision: averagePrecisions.reduce((sum, precision) => sum + precision, 0) / queries.count,
    averagePrecisions,
    firstHits,
  };
}

/** One block of queries beside the whole bank, before the next: a ranking is of the whole bank. */
function* queriesFirst(queries: Features, rows: number, bank: Features): Generator<Place> {
  const bankRows = rowsAtOnce(bank.size);
  for (let query = 0; query < queries.count; query += rows) {
    for (let row = 0; row < bank.count; row += bankRows) yield { query, queryRows: rows, row, bankRows };
  }
}

/** Plain loops: the bank may have a million rows, and this is done for every query. */
function rank(similarities: Float32Array, labels: Int32Array, label: number, leftOut: number) {
  const relevant = new Float32Array(similarities.length);
  const others = new Float32Array(similarities.length);
  let [hits, misses, best] = [0, 0, -1];
  for (let row = 0; row < similarities.length; row++) {
    if (row === leftOut) continue;
    const similarity = similarities[row] as number;
    if (labels[row] !== label) others[misses++] = similarity;
    else {
      relevant[hits++] = similarity;
      if (best < 0 || similarity > (similarities[best] as number)) best = row;
    }
  }
  const highest = similarities[best] as number;
  let firstHit = 0;
  for (let row = 0; row < similarities.length; row++) {
    const similarity = similarities[row] as number;
    if (row !== leftOut && (similarity > highest || (similarity === highest && row < best))) firstHit++;
  }
  return { firstHit, averagePrecision: averagePrecision(relevant.subarray(0, hits), others.subarray(0, misses)) };
}

function assertRetrieval(
  queries: Features,
  bank: Features,
  sizes: readonly number[],
  leaveOneOut: boolean,
): asserts queries is LabelledFeatures {
  assertSameSize(bank, queries);
  assertListSizes(sizes, leaveOneOut ? bank.count - 1 : bank.count);
  if (leaveOneOut && queries.count !== bank.count) {
    throw invalidArgument("leaveOneOut", leaveOneOut, "true only where queries and bank are one set");
  }
  assertLabels("bank", bank, Number.POSITIVE_INFINITY);
  assertLabels("query", queries, Number.POSITIVE_INFINITY);
  const counts = new Map<number, number>();
  for (const label of bank.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const missing = queries.labels.find((label) => (counts.get(label) ?? 0) <= (leaveOneOut ? 1 : 0));
  if (missing !== undefined) throw emptyClass("bank", missing);
}

/** Refuses an empty list of k, and what is no number of rows that a bank has. */
export function assertListSizes(sizes: readonly number[], bank: number): void {
  if (sizes.length === 0) throw invalidArgument("k", sizes, "at least one number");
  for (const k of sizes) {
    if (!Number.isInteger(k) || k < 1) throw invalidArgument("k", sizes, "integers of at least 1");
    if (k > bank) throw tooFewNeighbours(k, bank);
  }
}
