import { simclrError } from "./errors.js";

/**
 * Refuses an index that is not one of a dataset's.
 *
 * @throws SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE
 */
export function assertIndices(indices: readonly number[], length: number): void {
  for (const index of indices) {
    if (Number.isInteger(index) && index >= 0 && index < length) continue;
    throw simclrError(
      "SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE",
      { index, length },
      {
        expected: `indices from 0 to ${length - 1}`,
        received: String(index),
        remedy: "An index is a position in this dataset, not in the one that it was made from.",
      },
    );
  }
}
