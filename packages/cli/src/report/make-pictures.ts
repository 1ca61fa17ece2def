import type { RandomKey } from "@simclr/core";
import { type Dataset, subset } from "@simclr/data";
import type { Features } from "@simclr/evaluation";
import { evenlySpaced } from "../run/image-source.js";
import { neighbourRows, rowsOf } from "../run/neighbour-rows.js";
import type { Progress } from "../terminal/progress.js";
import type { Terminal } from "../terminal/terminal.js";
import { embeddingMap, smallestMap } from "./embedding-map.js";
import { mapPicture } from "./map-picture.js";
import { type NeighbourRow, neighbourPicture } from "./neighbour-picture.js";
import type { RunPictures } from "./run-pictures.js";
import { readTiles, tileSheet } from "./tiles.js";

/** Images, and what an encoder made of them. */
interface EmbeddedDataset {
  readonly images: Dataset;
  readonly features: Features;
}

export interface MakePicturesOptions {
  readonly step: number;
  readonly bank: EmbeddedDataset;
  /** Absent without labels: then the bank's own images are looked at. */
  readonly test?: EmbeddedDataset | undefined;
  readonly key: RandomKey;
  readonly terminal: Terminal;
}

/** More would lie on top of each other. */
const mapCount = 1000;

/** The pictures of a run, from features that are there already. */
export async function makePictures({ step, bank, test, key, terminal }: MakePicturesOptions): Promise<RunPictures> {
  const asked = test ?? bank;
  const rows = await neighbourRows(asked.features, bank.features, { queriesAreBank: !test });
  const neighbours = await neighbourPicture(rows, asked.images, bank.images);
  const neighbourCounts = counted(rows, asked.images.labels, bank.images.labels);
  const few = asked.images.length < smallestMap;
  return { step, neighbours, neighbourCounts, ...(!few && { map: await mapOf(asked, key, terminal) }) };
}

async function mapOf({ images, features }: EmbeddedDataset, key: RandomKey, terminal: Terminal) {
  const chosen = evenlySpaced(images.length, mapCount);
  const shown = subset(images, chosen);
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number) => {
    progress ??= terminal.progress({ title: "Mapping", total });
    progress.update(done, { text: `${shown.length} images` });
  };
  try {
    const placed = await embeddingMap(rowsOf(features, chosen), { key, onProgress });
    const { labels, classNames } = shown;
    const map = { ...placed, ...(labels && { labels: [...labels] }), ...(classNames && { classNames }) };
    const tiles = await readTiles(shown);
    const { columns, sheet } = await tileSheet(tiles);
    const thumbnails = { columns, width: tiles.width, height: tiles.height };
    return { ...map, thumbnails, sheet, picture: await mapPicture(map, tiles) };
  } finally {
    progress?.stop();
  }
}

function counted(
  rows: readonly NeighbourRow[],
  labels: Int32Array | undefined,
  bankLabels: Int32Array | undefined,
): RunPictures["neighbourCounts"] {
  const pairs = rows.flatMap(({ query, neighbours }) => neighbours.map((neighbour) => [query, neighbour] as const));
  const same = labels && bankLabels && pairs.filter(([query, found]) => labels[query] === bankLabels[found]).length;
  return { queries: rows.length, shown: pairs.length, ...(same !== undefined && { sameClass: same }) };
}
