import { type BatchMix, cutmix, mixup, randomMix, randomResizedCrop, view } from "@simclr/augmentations";
import { type Communicator, disposeTree, flattenTree, oneProcess, randomKey } from "@simclr/core";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { datasets } from "./fixtures/three-colours.js";
import { labelledInputs } from "./labelled-inputs.js";
import { singleLabelTask } from "./single-label-task.js";

async function read(communicator: Communicator, more: { mix?: BatchMix; seed?: number } = {}) {
  const all: { images: number[]; labels: number[]; mix: Record<string, number[]> }[] = [];
  const task = singleLabelTask;
  const options = {
    task,
    dataset: datasets.train,
    view: view(more.mix ? [randomResizedCrop({ imageSize: 5 })] : []),
    batchSize: 8,
    epochs: 2,
    key: randomKey(more.seed ?? 1),
    communicator,
    mix: more.mix,
  };
  for await (const inputs of labelledInputs(options)) {
    const mix = Object.fromEntries(flattenTree(inputs.mixParameters).map(([path, t]) => [path, [...t.dataSync()]]));
    all.push({ images: [...inputs.images.dataSync()], labels: [...inputs.labels.dataSync()], mix });
    disposeTree(inputs);
  }
  return all;
}

describeEachBackend(() => {
  it("gives every replica its share of every batch, and each image to one", async () => {
    const before = tf.memory().numTensors;
    const whole = await read(oneProcess);
    const shares = await Promise.all([0, 1].map((rank) => read({ ...oneProcess, rank, size: 2 })));
    expect(whole.length).toBe(6);
    whole.forEach((batch, step) => {
      const parts = shares.map((share) => share[step] as (typeof whole)[number]);
      expect(parts.flatMap(({ images }) => images)).toEqual(batch.images);
      expect(parts.flatMap(({ labels }) => labels)).toEqual(batch.labels);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("draws what is mixed from the key and the step, of each replica its own, and the images stay as they are", async () => {
    const mix = randomMix([mixup(), cutmix()]);
    const [plain, mixed] = [await read(oneProcess), await read(oneProcess, { mix })];
    expect(mixed.map(({ mix: _, ...rest }) => rest)).toEqual(plain.map(({ mix: _, ...rest }) => rest));
    expect(plain.map((batch) => batch.mix)).toEqual(plain.map(() => ({})));
    expect(await read(oneProcess, { mix })).toEqual(mixed);
    const drawn = mixed.map((batch) => JSON.stringify(batch.mix));
    expect(new Set(drawn).size).toBe(6);
    const others = await read(oneProcess, { mix, seed: 2 });
    expect(others.some((batch) => drawn.includes(JSON.stringify(batch.mix)))).toBe(false);
    const shares = await Promise.all([0, 1].map((rank) => read({ ...oneProcess, rank, size: 2 }, { mix })));
    expect(shares[0]?.[0]?.mix).not.toEqual(shares[1]?.[0]?.mix);
    // A rectangle is one of the image that the view leaves.
    for (const { mix: one } of mixed) {
      const [y, height] = [one["mixes/1/y"]?.[0] as number, one["mixes/1/height"]?.[0] as number];
      expect(y + height).toBeLessThanOrEqual(5);
    }
  });

  it("shows every image of an epoch once, with its own label", async () => {
    const epoch = (await read(oneProcess)).slice(0, 3);
    const seen = epoch.flatMap(({ labels }) => labels).sort();
    expect(seen).toEqual([...(datasets.train.labels as Int32Array)].sort());
    // The label's channel is the brightest: 90 more than the others, on the mean.
    for (const { images, labels } of epoch) {
      labels.forEach((label, row) => {
        const sums = [0, 1, 2].map((c) =>
          images.slice(row * 108, (row + 1) * 108).reduce((sum, x, i) => sum + (i % 3 === c ? x : 0), 0),
        );
        expect(sums.indexOf(Math.max(...sums))).toBe(label);
      });
    }
  });
});
