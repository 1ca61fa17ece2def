import { type Compile, eager, invalidArgument, simclrError } from "@simclr/core";
import type { Dataset, ImageBatch } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "./features.js";

/** From images `[batch, height, width, channels]` in [0, 1] to features `[batch, size]`. Borrows its argument. */
export type Encoder = (images: tf.Tensor4D) => tf.Tensor2D;

export interface EmbedOptions {
  /** Images in a call of the encoder. Default 256, the reference's `--eval_batch_size`. */
  readonly batchSize?: number;
  /** Compiles the encoder, with the scaling of the pixels. Default: `eager`; leave it for an encoder that is compiled. */
  readonly compile?: Compile;
  /** Called after each batch with the number of images done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an encoder over all images of a dataset, in order. The next batch is read while one is encoded; every call has
 * the same shape, the last one is filled up with black images.
 *
 * @returns row i from image i; labels where the dataset has them
 * @throws SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT when the encoder does not return one row for each image
 * @example
 * ```ts
 * import { arrayDataset } from "@simclr/data";
 * import { embed, rawPixels } from "@simclr/evaluation";
 * const dataset = arrayDataset({ images: new Uint8Array(3 * 4 * 4).fill(255), shape: [3, 4, 4, 1] });
 * const { values, count, size } = await embed(rawPixels, dataset); // 3 rows of 16 ones
 * ```
 */
export async function embed(encoder: Encoder, dataset: Dataset, options: EmbedOptions = {}): Promise<Features> {
  const { batchSize = 256, compile = eager, onProgress } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw invalidArgument("batchSize", batchSize, "an integer of at least 1");
  }
  const rows = Math.min(batchSize, dataset.length);
  const encode = compile((images: tf.Tensor4D): tf.Tensor2D => encoder(tf.div(tf.cast(images, "float32"), 255)), {
    name: "embed",
  });
  const read = (start: number) => {
    const count = Math.min(rows, dataset.length - start);
    const batch = dataset.read(Array.from({ length: count }, (_, i) => start + i));
    batch.catch(() => {}); // reported where it is awaited, also when an encoder's error comes first
    return batch;
  };
  let values: Float32Array | undefined;
  let size = 0;
  const labels: number[] = [];
  let next = read(0);
  try {
    for (let start = 0; start < dataset.length; start += rows) {
      options.signal?.throwIfAborted();
      const batch = await next;
      if (start + rows < dataset.length) next = read(start + rows);
      const { data, width } = await encodeBatch(encode.async, batch, rows);
      values ??= new Float32Array(dataset.length * width);
      size = width;
      values.set(data.subarray(0, batch.shape[0] * width), start * width);
      labels.push(...(batch.labels ?? []));
      onProgress?.(start + batch.shape[0], dataset.length);
    }
  } finally {
    // What is still being read may hold tensors.
    await next.catch(() => {});
    encode.dispose();
  }
  return {
    values: values ?? new Float32Array(0),
    count: dataset.length,
    size,
    ...(labels.length === dataset.length && { labels: Int32Array.from(labels) }),
  };
}

async function encodeBatch(
  encode: (images: tf.Tensor4D) => Promise<tf.Tensor2D>,
  { images, shape }: ImageBatch,
  rows: number,
): Promise<{ data: Float32Array; width: number }> {
  const [, height, width, channels] = shape;
  const padded = new Uint8Array(rows * height * width * channels);
  padded.set(images);
  const input = tf.tensor4d(padded, [rows, height, width, channels], "int32");
  try {
    const output = await encode(input);
    try {
      if (output.rank !== 2 || output.shape[0] !== rows) throw encoderOutput([...output.shape], rows);
      return { data: (await output.data()) as Float32Array, width: output.shape[1] };
    } finally {
      output.dispose();
    }
  } finally {
    input.dispose();
  }
}

/** The error of an encoder that does not return rows. */
export function encoderOutput(shape: number[], batchSize: number) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT",
    { shape, batchSize },
    {
      expected: `the encoder to return features [${batchSize}, size]`,
      received: `[${shape.join(", ")}]`,
      remedy: "Return a backbone's `features`, or flatten: tf.reshape(x, [x.shape[0], -1]).",
    },
  );
}
