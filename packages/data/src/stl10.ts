import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { folderOf, linesOf, pathMissing } from "./assert-folder.js";
import { assertIndices } from "./assert-indices.js";
import type { Dataset } from "./dataset.js";
import { invalidArgument, simclrError, unreadable } from "./errors.js";
import { stackRows } from "./image-rows.js";
import { withRanges } from "./read-range.js";
import { subset } from "./subset.js";

export interface Stl10Options {
  /**
   * 5,000 labelled training images, 8,000 of test, 100,000 without labels; or the last after the first, 105,000 without
   * labels, which is what one pretrains on. Default `"train"`.
   */
  readonly split?: "train" | "test" | "unlabeled" | "train+unlabeled";
  /** With `"train"`: one of the ten predefined folds of 1,000 images, from 0. Default: all images. */
  readonly fold?: number;
}

const side = 96;
const imageBytes = 3 * side * side;
const counts = { train: 5000, test: 8000, unlabeled: 100_000 } as const;
type Part = keyof typeof counts;

/**
 * STL-10 from its binary files: 96 x 96 images, read from the disk when they are wanted. The file's labels, 1 to 10, are
 * 0 to 9 here.
 *
 * @param path the folder of `train_X.bin`, `train_y.bin`, `class_names.txt` ..., or the one that `stl10_binary` lies in
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER, SIMCLR_ERROR__DATA__INVALID_STL10_FILE,
 *   SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Coates et al. 2011; https://cs.stanford.edu/~acoates/stl10, "Binary files"
 * @example
 * ```ts no-run
 * import { stl10 } from "@simclr/data";
 * const pretraining = await stl10("stl10_binary", { split: "train+unlabeled" });
 * const fold = await stl10("stl10_binary", { fold: 0 });
 * console.log(pretraining.length, fold.length, fold.classNames?.[0]); // 105000 1000 "airplane"
 * ```
 */
export async function stl10(path: string, { split = "train", fold }: Stl10Options = {}): Promise<Dataset> {
  const parts = ({ "train+unlabeled": ["train", "unlabeled"] } as Record<string, Part[]>)[split] ?? [split as Part];
  if (!parts.every((part) => Object.hasOwn(counts, part))) {
    throw invalidArgument("split", split, '"train", "test", "unlabeled" or "train+unlabeled"');
  }
  const isFold = split === "train" && Number.isInteger(fold) && (fold as number) >= 0 && (fold as number) < 10;
  if (fold !== undefined && !isFold) throw invalidArgument("fold", fold, 'an integer from 0 to 9, with split "train"');
  const folder = await folderOf(path, "stl10_binary");
  for (const part of parts) await assertSize(join(folder, `${part}_X.bin`), counts[part] * imageBytes);
  const named = split === "train" || split === "test" ? await stl10Labels(folder, split) : undefined;
  const whole = binaryImages(folder, parts, named);
  return fold === undefined ? whole : subset(whole, await foldIndices(folder, fold));
}

function binaryImages(folder: string, parts: readonly Part[], named?: Pick<Dataset, "classNames" | "labels">): Dataset {
  const length = parts.reduce((sum, part) => sum + counts[part], 0);
  return {
    length,
    imageShape: [side, side, 3],
    ...named,
    async read(indices) {
      assertIndices(indices, length);
      const pixels: Uint8Array[] = [];
      let first = 0;
      for (const part of parts) {
        await withRanges(join(folder, `${part}_X.bin`), async (file) => {
          for (const [i, index] of indices.entries()) {
            const own = index - first;
            if (own >= 0 && own < counts[part]) pixels[i] = upright(await file.read(own * imageBytes, imageBytes));
          }
        });
        first += counts[part];
      }
      const label = (index: number) => named?.labels && { label: named.labels[index] as number };
      return stackRows(
        indices.map((index, i) => ({ index, pixels: pixels[i] as Uint8Array, ...label(index) })),
        [side, side, 3],
      );
    },
  };
}

/** From planes of colours, column after column, to colours side by side, row after row. */
function upright(planes: Uint8Array): Uint8Array {
  const out = new Uint8Array(imageBytes);
  for (let c = 0; c < 3; c++) {
    for (let x = 0; x < side; x++) {
      for (let y = 0; y < side; y++) out[(y * side + x) * 3 + c] = planes[(c * side + x) * side + y] as number;
    }
  }
  return out;
}

async function stl10Labels(folder: string, split: "train" | "test") {
  const classNames = (await linesOf(join(folder, "class_names.txt"))).map((name) => name.trim());
  const path = join(folder, `${split}_y.bin`);
  await assertSize(path, counts[split]);
  const labels = Int32Array.from(await readFile(path), (label) => label - 1);
  const wrong = labels.findIndex((label) => label < 0 || label >= classNames.length);
  if (wrong < 0) return { classNames, labels };
  throw invalidStl10File(path, `labels from 1 to ${classNames.length}`, `${(labels[wrong] as number) + 1} for image ${wrong}`); // biome-ignore format: one line
}

async function foldIndices(folder: string, fold: number): Promise<number[]> {
  const path = join(folder, "fold_indices.txt");
  const line = (await linesOf(path))[fold];
  const indices = line?.trim().split(/\s+/).map(Number) ?? [];
  const fit = indices.every((index) => Number.isInteger(index) && index >= 0 && index < counts.train);
  if (indices.length > 0 && fit) return indices;
  throw invalidStl10File(path, `ten lines of indices below ${counts.train}`, `"${line?.slice(0, 40)}" on line ${fold + 1}`); // biome-ignore format: one line
}

async function assertSize(path: string, expectedBytes: number): Promise<void> {
  const found = await stat(path).catch(async (cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" ? await pathMissing(path) : unreadable(path, cause);
  });
  if (found.size !== expectedBytes) throw invalidStl10File(path, `${expectedBytes} bytes`, `${found.size}`);
}

function invalidStl10File(path: string, expected: string, received: string) {
  return simclrError(
    "SIMCLR_ERROR__DATA__INVALID_STL10_FILE",
    { path },
    { expected: `${path} to have ${expected}`, received, remedy: "Download and unpack the binary files again." },
  );
}
