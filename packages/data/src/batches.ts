import { foldIn, permutation, type RandomKey } from "@simclr/core";
import type { Dataset, ImageBatch } from "./dataset.js";
import { invalidArgument, simclrError } from "./errors.js";

export type BatchesOptions = {
  readonly batchSize: number;
  /** The first batch's step, counted from the start of epoch 0: where an earlier run stopped. Default 0. */
  readonly startStep?: number;
  /** How many epochs there are, those before `startStep` included. Default: without end. */
  readonly epochs?: number;
  /** How many batches are read ahead while the caller works. Default 2. */
  readonly prefetch?: number;
  /**
   * Whether a batch lends its `images`: until the next batch is asked for, which may come to lie there; a later loop over the result has the same memory. Saves about a third of
   * the time for large images. Default: they are the caller's own.
   */
  readonly reuse?: boolean;
  /** Whether the images of an epoch that don't fill a batch are left out. Default: when shuffling, as training wants one shape. */
  readonly dropRemainder?: boolean;
} & (
  | { /** Default true. */ readonly shuffle?: true; readonly key: RandomKey }
  | { readonly shuffle: false; readonly key?: RandomKey }
);

/** A batch and its place in the run; both numbers start at 0. */
export type NumberedBatch = ImageBatch & { readonly step: number; readonly epoch: number };

/**
 * The batches of a dataset, epoch after epoch, read ahead of their use.
 *
 * The order of an epoch is `permutation(foldIn(key, epoch), length)`: it depends on nothing else, so a run that starts at
 * `startStep` sees exactly what an uninterrupted run would see from there. At most `prefetch + 1` batches are
 * read or waiting at any time. An error of `read` comes out in its batch's turn. Leaving the loop early waits for what is
 * being read and starts nothing more. Every loop over the result starts anew.
 *
 * @throws SIMCLR_ERROR__DATA__BATCH_TOO_LARGE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset, batches } from "@simclr/data";
 * const dataset = arrayDataset({ images: new Uint8Array(100 * 4 * 4 * 3), shape: [100, 4, 4, 3] });
 * for await (const batch of batches(dataset, { batchSize: 32, key: randomKey(0), epochs: 2 })) {
 *   console.log(batch.epoch, batch.step, batch.shape); // six times [32, 4, 4, 3]
 * }
 * ```
 */
export function batches(dataset: Dataset, options: BatchesOptions): AsyncIterable<NumberedBatch> {
  const { batchSize, startStep = 0, epochs = Number.POSITIVE_INFINITY, prefetch = 2, shuffle = true, key } = options;
  const { dropRemainder = shuffle, reuse = false } = options;
  const { length } = dataset;
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (!isCount(batchSize) || batchSize === 0) throw invalidArgument("batchSize", batchSize, "a positive integer");
  if (!isCount(startStep)) throw invalidArgument("startStep", startStep, "0 or a positive integer");
  if (!isCount(prefetch)) throw invalidArgument("prefetch", prefetch, "0 or a positive integer");
  if (epochs !== Number.POSITIVE_INFINITY && !isCount(epochs)) {
    throw invalidArgument("epochs", epochs, "0 or a positive integer", "Leave it out for batches without end.");
  }
  if (shuffle && !key) throw invalidArgument("key", key, "a RandomKey when shuffling", "Pass randomKey(seed), or shuffle: false."); // biome-ignore format: one line
  if (dropRemainder && batchSize > length) throw batchTooLarge(batchSize, length);
  const stepsPerEpoch = dropRemainder ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);

  let ordered: { epoch: number; order: Int32Array } | undefined;
  const orderOf = (epoch: number): Int32Array => {
    if (ordered?.epoch !== epoch) {
      const order = shuffle && key ? permutation(foldIn(key, epoch), length) : Int32Array.from({ length }, (_, i) => i);
      ordered = { epoch, order };
    }
    return ordered.order;
  };
  const load = async (step: number, memory?: Uint8Array): Promise<NumberedBatch> => {
    const epoch = Math.floor(step / stepsPerEpoch);
    const first = (step % stepsPerEpoch) * batchSize;
    const indices = Array.from(orderOf(epoch).subarray(first, first + batchSize));
    return { ...(await dataset.read(indices, memory)), step, epoch };
  };
  const end = epochs * stepsPerEpoch;
  if (!reuse) return { [Symbol.asyncIterator]: () => readAhead((step) => load(step), startStep, end, prefetch) };
  // Every loop has the memory of the loops before it: as garbage, once an epoch, it keeps the collector busy.
  const free: Uint8Array[] = [];
  const loadAgain = (step: number) => load(step, free.pop());
  const done = ({ images }: NumberedBatch) => free.push(images);
  return { [Symbol.asyncIterator]: () => readAhead(loadAgain, startStep, end, prefetch, done) };
}

async function* readAhead<T>(
  load: (step: number) => Promise<T>,
  start: number,
  end: number,
  ahead: number,
  done?: (used: T) => void,
) {
  const reading: Promise<T>[] = [];
  let next = start;
  const fill = (count: number) => {
    while (reading.length < count && next < end) {
      const promise = load(next++);
      // Its turn may never come; when it does, the error is thrown there.
      promise.catch(() => {});
      reading.push(promise);
    }
  };
  try {
    while (true) {
      fill(ahead + 1);
      const first = reading.shift();
      if (!first) return;
      const value = await first;
      yield value;
      done?.(value);
    }
  } finally {
    await Promise.allSettled(reading);
  }
}

function batchTooLarge(batchSize: number, length: number) {
  const images = length === 1 ? "one image" : `${length} images`;
  return simclrError(
    "SIMCLR_ERROR__DATA__BATCH_TOO_LARGE",
    { batchSize, length },
    {
      expected: `a batch size of at most ${length}: the dataset has ${images}`,
      received: String(batchSize),
      remedy: "Choose a smaller batch size, add images, or keep the incomplete batch with dropRemainder: false.",
    },
  );
}
