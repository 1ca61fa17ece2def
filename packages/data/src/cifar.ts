import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { arrayDataset } from "./array-dataset.js";
import { folderOf, pathMissing } from "./assert-folder.js";
import { cifar10ClassNames, cifar100CoarseClassNames, cifar100FineClassNames } from "./cifar-class-names.js";
import type { Dataset } from "./dataset.js";
import { invalidArgument, simclrError, unreadable } from "./errors.js";

export interface Cifar10Options {
  /** The 50,000 training images or the 10,000 test images. Default `"train"`. */
  readonly split?: "train" | "test";
}

export interface Cifar100Options extends Cifar10Options {
  /** The 100 classes or the 20 groups of them. Default `"fine"`. */
  readonly labels?: "fine" | "coarse";
}

const side = 32;
const planeSize = side * side;
const imageBytes = 3 * planeSize;

/**
 * CIFAR-10 from its binary version: 32 x 32 images in memory, labelled.
 *
 * @param path the folder of `data_batch_1.bin` ... `test_batch.bin`, or the one that `cifar-10-batches-bin` lies in
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER,
 *   SIMCLR_ERROR__DATA__INVALID_CIFAR_FILE, SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Krizhevsky 2009; https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"
 */
export async function cifar10(path: string, { split = "train" }: Cifar10Options = {}): Promise<Dataset> {
  assertSplit(split);
  const train = [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`);
  const files = split === "train" ? train : ["test_batch.bin"];
  return readCifar(await folderOf(path, "cifar-10-batches-bin"), files, 10_000, 0, 1, cifar10ClassNames);
}

/**
 * CIFAR-100 from its binary version: 32 x 32 images in memory, labelled.
 *
 * @param path the folder of `train.bin` and `test.bin`, or the one that `cifar-100-binary` lies in
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER,
 *   SIMCLR_ERROR__DATA__INVALID_CIFAR_FILE, SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Krizhevsky 2009; https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"
 */
export async function cifar100(path: string, options: Cifar100Options = {}): Promise<Dataset> {
  const { split = "train", labels = "fine" } = options;
  assertSplit(split);
  if (labels !== "fine" && labels !== "coarse") throw invalidArgument("labels", labels, '"fine" or "coarse"');
  const folder = await folderOf(path, "cifar-100-binary");
  const [labelByte, classNames] = labels === "fine" ? [1, cifar100FineClassNames] : [0, cifar100CoarseClassNames];
  return readCifar(folder, [`${split}.bin`], split === "train" ? 50_000 : 10_000, labelByte as number, 2, classNames as readonly string[]); // biome-ignore format: one line
}

function assertSplit(split: string): void {
  if (split !== "train" && split !== "test") throw invalidArgument("split", split, '"train" or "test"');
}

/** Every record: its labels, then three planes of red, green and blue. */
async function readCifar(
  folder: string,
  files: readonly string[],
  imagesPerFile: number,
  labelByte: number,
  labelBytes: number,
  classNames: readonly string[],
): Promise<Dataset> {
  const recordBytes = labelBytes + imageBytes;
  const count = files.length * imagesPerFile;
  const images = new Uint8Array(count * imageBytes);
  const labels = new Int32Array(count);
  for (const [f, file] of files.entries()) {
    const path = join(folder, file);
    const bytes = await readCifarFile(path, imagesPerFile * recordBytes);
    for (let i = 0; i < imagesPerFile; i++) {
      const record = bytes.subarray(i * recordBytes, (i + 1) * recordBytes);
      const label = record[labelByte] as number;
      if (label >= classNames.length) {
        throw invalidCifarFile(path, `labels from 0 to ${classNames.length - 1}`, `${label} for image ${i}`);
      }
      labels[f * imagesPerFile + i] = label;
      interleave(record.subarray(labelBytes), images, (f * imagesPerFile + i) * imageBytes);
    }
  }
  return arrayDataset({ images, shape: [count, side, side, 3], labels, classNames });
}

async function readCifarFile(path: string, expectedBytes: number): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(async (cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" ? await pathMissing(path) : unreadable(path, cause);
  });
  if (bytes.length === expectedBytes) return bytes;
  throw invalidCifarFile(path, `${expectedBytes} bytes`, `${bytes.length}`);
}

/** From planes of colours to colours side by side. */
function interleave(planes: Uint8Array, out: Uint8Array, start: number): void {
  for (let pixel = 0; pixel < planeSize; pixel++) {
    for (let c = 0; c < 3; c++) out[start + 3 * pixel + c] = planes[c * planeSize + pixel] as number;
  }
}

function invalidCifarFile(path: string, expected: string, received: string) {
  return simclrError(
    "SIMCLR_ERROR__DATA__INVALID_CIFAR_FILE",
    { path },
    { expected: `${path} to have ${expected}`, received, remedy: "Download and unpack the binary version again." },
  );
}
