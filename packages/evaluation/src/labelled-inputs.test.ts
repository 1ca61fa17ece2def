import { view } from "@simclr/augmentations";
import { type Communicator, disposeTree, oneProcess, randomKey } from "@simclr/core";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { datasets } from "./fixtures/three-colours.js";
import { labelledInputs } from "./labelled-inputs.js";
import { singleLabelTask } from "./single-label-task.js";

async function read(communicator: Communicator, batchSize = 8) {
  const all: { images: number[]; labels: number[] }[] = [];
  const task = singleLabelTask;
  const options = {
    task,
    dataset: datasets.train,
    view: view([]),
    batchSize,
    epochs: 2,
    key: randomKey(1),
    communicator,
  };
  for await (const inputs of labelledInputs(options)) {
    all.push({ images: [...inputs.images.dataSync()], labels: [...inputs.labels.dataSync()] });
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
