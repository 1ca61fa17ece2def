/** The k rows that are most similar to one query, as views that a search fills. */
export interface NearestRows {
  readonly similarities: Float32Array;
  readonly rows: Int32Array;
}

/**
 * Puts rows in place of less similar ones. The kept are a heap, whose first is the least similar and of equals the later
 * row: nearly all rows of a bank are compared with that one alone.
 *
 * @param similarities of the rows from `firstRow` on, all later than the kept
 */
export function keepNearest(kept: NearestRows, similarities: Float32Array, firstRow: number): void {
  const { length } = similarities;
  const inFours = length - (length % 4);
  let least = kept.similarities[0] as number;
  // Four at a time take half the time of one by one.
  for (let i = 0; i < inFours; i += 4) {
    const a = similarities[i] as number;
    const b = similarities[i + 1] as number;
    const c = similarities[i + 2] as number;
    const d = similarities[i + 3] as number;
    if (a > least || b > least || c > least || d > least) least = keep(kept, similarities, i, i + 4, firstRow);
  }
  keep(kept, similarities, inFours, length, firstRow);
}

/** @returns the least similarity that is kept now */
function keep(kept: NearestRows, similarities: Float32Array, from: number, to: number, firstRow: number): number {
  for (let i = from; i < to; i++) {
    const similarity = similarities[i] as number;
    if (similarity > (kept.similarities[0] as number)) siftDown(kept, kept.rows.length, similarity, firstRow + i);
  }
  return kept.similarities[0] as number;
}

/** Makes the heap a list, the most similar first; of equals the earlier row. */
export function sortNearest(kept: NearestRows): void {
  const { similarities, rows } = kept;
  for (let end = rows.length - 1; end > 0; end--) {
    const similarity = similarities[end] as number;
    const row = rows[end] as number;
    similarities[end] = similarities[0] as number;
    rows[end] = rows[0] as number;
    siftDown(kept, end, similarity, row);
  }
}

/** Puts a row in the place of the first of the heap's `length`, and moves it down to where it belongs. */
function siftDown({ similarities, rows }: NearestRows, length: number, similarity: number, row: number): void {
  let at = 0;
  for (let child = 1; child < length; child = 2 * at + 1) {
    if (child + 1 < length && isFurther(similarities, rows, child + 1, child)) child++;
    const other = similarities[child] as number;
    if (other > similarity || (other === similarity && (rows[child] as number) < row)) break;
    similarities[at] = other;
    rows[at] = rows[child] as number;
    at = child;
  }
  similarities[at] = similarity;
  rows[at] = row;
}

function isFurther(similarities: Float32Array, rows: Int32Array, a: number, b: number): boolean {
  const first = similarities[a] as number;
  const second = similarities[b] as number;
  return first < second || (first === second && (rows[a] as number) > (rows[b] as number));
}
