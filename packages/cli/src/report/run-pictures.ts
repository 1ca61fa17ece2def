import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readJsonFile } from "../run/read-json-file.js";
import { writeFileWhole } from "../run/write-file-whole.js";

/** Images in the plane, so that those which the encoder finds alike lie side by side. */
export interface EmbeddingMap {
  /** `[x, y]` of each image, both from 0 to 1; y grows downwards. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** How many times as wide as it is tall. */
  readonly aspect: number;
  /** Of each image, where there are labels. */
  readonly labels?: readonly number[];
  readonly classNames?: readonly string[];
  /** How the thumbnails lie in their one picture: so many in a row, of so many pixels. */
  readonly thumbnails: { readonly columns: number; readonly width: number; readonly height: number };
}

/** WebP, both. */
export interface MapPictures {
  /** The images at their places. */
  readonly picture: Buffer;
  /** The thumbnails. */
  readonly sheet: Buffer;
}

/** How a run's encoder sees images. */
export interface RunPictures {
  /** Steps of training that the encoder had. */
  readonly step: number;
  /** PNG. */
  readonly neighbours: Buffer;
  /** How many neighbours the picture shows, and how many are of their query's class, where there are labels. */
  readonly neighbourCounts: { readonly queries: number; readonly shown: number; readonly sameClass?: number };
  /** Absent where there are too few images for one. */
  readonly map?: EmbeddingMap & MapPictures;
}

const count = z.int().min(0);
const coordinate = z.number().min(0).max(1);

const embeddingMap: z.ZodType<EmbeddingMap> = z.object({
  points: z.array(z.tuple([coordinate, coordinate])),
  aspect: z.number().gt(0),
  labels: z.exactOptional(z.array(count)),
  classNames: z.exactOptional(z.array(z.string())),
  thumbnails: z.object({ columns: z.int().min(1), width: z.int().min(1), height: z.int().min(1) }),
});

const described = z.object({
  step: count,
  neighbourCounts: z.object({ queries: count, shown: count, sameClass: z.exactOptional(count) }),
  map: z.exactOptional(embeddingMap),
});

/**
 * Writes `neighbours.png`, `map.webp`, `thumbnails.webp` and `pictures.json`, the last of them last: with it, all are
 * there.
 */
export async function writePictures(folder: string, pictures: RunPictures): Promise<void> {
  const { neighbours, map: mapped, ...rest } = pictures;
  const { picture, sheet, ...map } = mapped ?? {};
  await writeFileWhole(join(folder, "neighbours.png"), neighbours);
  if (picture) await writeFileWhole(join(folder, "map.webp"), picture);
  if (sheet) await writeFileWhole(join(folder, "thumbnails.webp"), sheet);
  await writeFileWhole(join(folder, "pictures.json"), `${JSON.stringify({ ...rest, ...(mapped && { map }) })}\n`);
}

/**
 * What {@link writePictures} wrote; undefined when it did not, or not all of it is there any more.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 */
export async function readPictures(folder: string): Promise<RunPictures | undefined> {
  const remedy = "Remove the file: simclr report makes it anew.";
  const description = await readJsonFile(join(folder, "pictures.json"), described, remedy);
  if (!description) return undefined;
  const { map, ...rest } = description;
  const names = ["neighbours.png", ...(map ? ["map.webp", "thumbnails.webp"] : [])];
  const files = await Promise.all(names.map((name) => readFile(join(folder, name)).catch(() => undefined)));
  const [neighbours, picture, sheet] = files;
  if (!neighbours) return undefined;
  if (!map) return { ...rest, neighbours };
  return picture && sheet && { ...rest, neighbours, map: { ...map, picture, sheet } };
}
