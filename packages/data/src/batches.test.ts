import { foldIn, permutation, randomKey } from "@simclr/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayDataset, type BatchesOptions, batches, type NumberedBatch } from "./index.js";
import { observed } from "./testing/observed.js";

const key = randomKey(7);
const counting = (length: number) => arrayDataset({ images: Uint8Array.from({ length }, (_, i) => i), shape: [length, 1, 1, 1] }); // biome-ignore format: one line
const summary = ({ step, epoch, images }: NumberedBatch) => ({ step, epoch, images: [...images] });

async function take(iterable: AsyncIterable<NumberedBatch>, count = Number.POSITIVE_INFINITY) {
  const taken: ReturnType<typeof summary>[] = [];
  for await (const batch of iterable) {
    taken.push(summary(batch));
    if (taken.length === count) break;
  }
  return taken;
}

/** Until all that can happen without a timer has happened. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("order", () => {
  it("is the permutation of each epoch's key", async () => {
    const taken = await take(batches(counting(10), { batchSize: 4, key, epochs: 3 }));
    const expected = [0, 1, 2].flatMap((epoch) => {
      const order = permutation(foldIn(key, epoch), 10);
      return [0, 1].map((i) => ({ step: 2 * epoch + i, epoch, images: [...order.subarray(4 * i, 4 * i + 4)] }));
    });
    expect(taken).toEqual(expected);
    expect(taken[0]?.images).not.toEqual(taken[2]?.images);
  });

  it("without shuffling is the dataset's, with the incomplete batch", async () => {
    const taken = await take(batches(counting(5), { batchSize: 2, shuffle: false, epochs: 2 }));
    expect(taken.map(({ images }) => images)).toEqual([[0, 1], [2, 3], [4], [0, 1], [2, 3], [4]]);
    expect(taken.map(({ step, epoch }) => [step, epoch])).toEqual([[0, 0], [1, 0], [2, 0], [3, 1], [4, 1], [5, 1]]); // biome-ignore format: one line
  });

  it("leaves the incomplete batch out, or keeps it, as told", async () => {
    const sizes = async (options: BatchesOptions) =>
      (await take(batches(counting(5), options))).map((b) => b.images.length);
    expect(await sizes({ batchSize: 2, shuffle: false, epochs: 1, dropRemainder: true })).toEqual([2, 2]);
    expect(await sizes({ batchSize: 2, key, epochs: 1, dropRemainder: false })).toEqual([2, 2, 1]);
    expect(await sizes({ batchSize: 9, key, epochs: 1, dropRemainder: false })).toEqual([5]);
  });

  it("goes on exactly where an earlier run stopped, in the middle of an epoch too", async () => {
    const sizes = fc.record({ length: fc.integer({ min: 1, max: 40 }), batchSize: fc.integer({ min: 1, max: 12 }) });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.nat(12),
        fc.nat(4),
        fc.boolean(),
        async ({ length, batchSize }, startStep, prefetch, drop) => {
          fc.pre(batchSize <= length);
          const options = { batchSize, key, epochs: 3, dropRemainder: drop };
          const whole = await take(batches(counting(length), options));
          const rest = await take(batches(counting(length), { ...options, startStep, prefetch }));
          expect(rest).toEqual(whole.slice(startStep));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is the same in every loop over one result", async () => {
    const result = batches(counting(6), { batchSize: 2, key, epochs: 1 });
    expect(await take(result)).toEqual(await take(result));
  });

  it("reuse: gives the same, in memory that goes round", async () => {
    const dataset = counting(23);
    const lent = new Set<Uint8Array>();
    const lending = {
      ...dataset,
      async read(indices: readonly number[], memory = new Uint8Array(indices.length)) {
        lent.add(memory);
        memory.set((await dataset.read(indices)).images);
        return { ...(await dataset.read(indices)), images: memory };
      },
    };
    const options: BatchesOptions = { batchSize: 4, key, epochs: 5, prefetch: 2 };
    const expected = await take(batches(dataset, options));
    const reused = batches(lending, { ...options, reuse: true });
    expect(await take(reused)).toEqual(expected);
    expect(lent.size).toBe(3); // the one in use and two that are read ahead
    expect(await take(reused)).toEqual(expected);
    // Batches of their own lie apart, and remain.
    const kept: Uint8Array[] = [];
    for await (const { images } of batches(lending, options)) kept.push(images);
    expect(kept.map((images) => [...images])).toEqual(expected.map(({ images }) => images));
  });

  it("has no end without epochs", async () => {
    const taken = await take(batches(counting(3), { batchSize: 3, key }), 50);
    expect(taken.at(-1)).toMatchObject({ step: 49, epoch: 49 });
  });
});

describe("reading ahead", () => {
  it.each([0, 1, 3])("reads %i batches beyond the caller's, and no more", async (prefetch) => {
    const { dataset, record } = observed(counting(20), async () => void (await settle()));
    const iterator = batches(dataset, { batchSize: 2, key, prefetch })[Symbol.asyncIterator]();
    expect(record.asked.length).toBe(0);
    for (let taken = 1; taken <= 5; taken++) {
      await iterator.next();
      for (let i = 0; i < 10; i++) await settle();
      expect(record.asked.length).toBe(taken + prefetch);
    }
    expect(record.mostRunning).toBe(prefetch + 1);
    await iterator.return?.();
  });

  it("gives batches in order when later ones are ready first", async () => {
    const { dataset } = observed(counting(8), async ([first]) => {
      for (let i = 0; i < 8 - (first as number); i++) await settle();
    });
    const taken = await take(batches(dataset, { batchSize: 1, shuffle: false, epochs: 1, prefetch: 7 }));
    expect(taken.map(({ images }) => images[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("throws an error of read in its batch's turn, and ends", async () => {
    const { dataset, record } = observed(counting(8), async ([first]) => {
      if (first === 4) throw new Error("lost");
    });
    const seen: number[] = [];
    const loop = async () => {
      for await (const batch of batches(dataset, { batchSize: 2, shuffle: false, prefetch: 3 })) seen.push(batch.step);
    };
    await expect(loop()).rejects.toThrow("lost");
    expect(seen).toEqual([0, 1]);
    expect(record.running).toBe(0);
  });

  it("waits for what is being read when the loop is left, starts nothing more, and leaves no rejection unhandled", async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    const { dataset, record } = observed(counting(20), async ([first]) => {
      await settle();
      if (first !== 0) throw new Error("lost");
    });
    for await (const batch of batches(dataset, { batchSize: 2, shuffle: false, prefetch: 4 })) {
      // The second batch fails while the caller still works on the first.
      for (let i = 0; i < 5; i++) await settle();
      expect([batch.step, record.running]).toEqual([0, 0]);
      break;
    }
    for await (const _ of batches(dataset, { batchSize: 2, shuffle: false, prefetch: 4 })) break;
    expect(record.running).toBe(0);
    const started = record.asked.length;
    for (let i = 0; i < 5; i++) await settle();
    expect(record.asked.length).toBe(started);
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });
});

describe("bad arguments", () => {
  it("a dataset smaller than a batch is refused with the way out", () => {
    const tooLarge = (length: number) => () => batches(counting(length), { batchSize: 64, key });
    expect(tooLarge(1)).toThrow(
      expect.objectContaining({ code: "SIMCLR_ERROR__DATA__BATCH_TOO_LARGE", context: { batchSize: 64, length: 1 } }),
    );
    expect(tooLarge(1)).toThrow("one image");
    expect(tooLarge(63)).toThrow("63 images");
  });

  it.each([
    ["batchSize", 0],
    ["batchSize", 1.5],
    ["startStep", -1],
    ["epochs", Number.NaN],
    ["prefetch", -1],
    ["key", undefined],
  ])("%s = %s is refused before anything is read", (argument, value) => {
    expect(() => batches(counting(4), { batchSize: 2, key, [argument]: value } as never)).toThrow(
      expect.objectContaining({ code: "SIMCLR_ERROR__CORE__INVALID_ARGUMENT", context: { argument, received: value } }),
    );
  });
});
