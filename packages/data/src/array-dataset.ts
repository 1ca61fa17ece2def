import { assertIndices } from "./assert-indices.js";
import type { Dataset } from "./dataset.js";
import { invalidArgument } from "./errors.js";
import { stackRows } from "./image-rows.js";

export interface ArrayDatasetOptions {
  /** Values from 0 to 255, in the order of `shape`. Borrowed, not copied. */
  readonly images: Uint8Array | Uint8ClampedArray;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** `[count]`, integers from 0. */
  readonly labels?: ArrayLike<number>;
  readonly classNames?: readonly string[];
}

/**
 * A dataset of images that are in memory already.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { arrayDataset } from "@simclr/data";
 * const images = new Uint8Array(2 * 4 * 4 * 3).fill(255, 0, 48); // a white image and a black one
 * const dataset = arrayDataset({ images, shape: [2, 4, 4, 3], labels: [1, 0], classNames: ["black", "white"] });
 * const batch = await dataset.read([1]);
 * console.log(batch.shape, batch.labels); // [1, 4, 4, 3], Int32Array [0]
 * ```
 */
export function arrayDataset({ images, shape, labels, classNames }: ArrayDatasetOptions): Dataset {
  if (!(images instanceof Uint8Array || images instanceof Uint8ClampedArray)) {
    throw invalidArgument("images", typeof images, "a Uint8Array", "Multiply values in [0, 1] by 255 and round them.");
  }
  const [count, height, width, channels] = shape;
  if (shape.length !== 4 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw invalidArgument("shape", shape, "four positive integers, [count, height, width, channels]");
  }
  const size = height * width * channels;
  if (images.length !== count * size) {
    throw invalidArgument("images", `${images.length} values`, `${count * size} values, as shape [${shape}] says`);
  }
  const ownLabels = labels && checkedLabels(labels, count, classNames?.length ?? 2 ** 31);
  const bytes = new Uint8Array(images.buffer, images.byteOffset, images.length);
  return {
    length: count,
    imageShape: [height, width, channels],
    ...(classNames && { classNames }),
    ...(ownLabels && { labels: ownLabels }),
    async read(indices) {
      assertIndices(indices, count);
      const rows = indices.map((index) => ({
        index,
        pixels: bytes.subarray(index * size, (index + 1) * size),
        ...(ownLabels && { label: ownLabels[index] as number }),
      }));
      return stackRows(rows, [height, width, channels]);
    },
  };
}

function checkedLabels(labels: ArrayLike<number>, count: number, classCount: number): Int32Array {
  if (labels.length !== count)
    throw invalidArgument("labels", `${labels.length} labels`, `${count}, one for each image`);
  const wrong = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < classCount));
  if (wrong !== undefined) throw invalidArgument("labels", wrong, `integers from 0, below ${classCount}`);
  return Int32Array.from(labels);
}
