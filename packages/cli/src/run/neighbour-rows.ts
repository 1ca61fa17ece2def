import { type Features, nearestNeighbours } from "@simclr/evaluation";
import type { NeighbourRow } from "../report/neighbour-picture.js";
import { evenlySpaced } from "./image-source.js";

const rowCount = 8;
const neighbourCount = 7;

/**
 * A few queries, one of each class where there are labels, with the images of the bank whose features are nearest.
 *
 * @param queriesAreBank whether a query is itself in the bank, and not to be shown as its own neighbour
 */
export async function neighbourRows(
  queries: Features,
  bank: Features,
  { queriesAreBank }: { readonly queriesAreBank: boolean },
): Promise<NeighbourRow[]> {
  const chosen = queries.labels ? oneOfEachClass(queries.labels) : evenlySpaced(queries.count, rowCount);
  const asked = rowsOf(queries, chosen);
  const k = Math.min(bank.count, neighbourCount + (queriesAreBank ? 1 : 0));
  const found = await nearestNeighbours(asked, bank, k);
  return chosen.map((query, row) => {
    const neighbours = Array.from(found.indices.subarray(row * k, (row + 1) * k));
    const others = queriesAreBank ? neighbours.filter((index) => index !== query) : neighbours;
    return { query, neighbours: others.slice(0, neighbourCount) };
  });
}

/** The first image of up to eight classes, evenly spaced over the classes. */
function oneOfEachClass(labels: Int32Array): number[] {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  return evenlySpaced(classes.length, rowCount).map((which) => labels.indexOf(classes[which] as number));
}

/** Some rows of features, without their labels. */
export function rowsOf({ values, size }: Features, rows: readonly number[]): Features {
  const picked = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) picked.set(values.subarray(row * size, (row + 1) * size), i * size);
  return { values: picked, count: rows.length, size };
}
