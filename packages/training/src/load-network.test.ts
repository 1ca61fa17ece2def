import { eager, randomKey } from "@simclr/core";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { noise } from "./fixtures/tiny-data.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import { base, temporaryFolder, tinyStep, train } from "./fixtures/tiny-run.js";
import { loadEncoder, loadNetwork } from "./index.js";

describeEachBackend(() => {
  const folder = temporaryFolder();
  const own = { backboneFromSpec: () => tinyBackbone(), headFromSpec: () => tinyHead() };

  it("loads a run's backbone and head as they were, and nothing else; freed by dispose", async () => {
    const { state } = await train({ ...base, step: tinyStep(), epochs: 1, runFolder: folder.path });
    const before = tf.memory().numTensors;
    const network = await loadNetwork(folder.path, own);
    const numbers = (kind: string, tree: typeof network.params) =>
      Object.fromEntries(Object.entries(tree).map(([path, tensor]) => [`${kind}/${path}`, [...tensor.dataSync()]]));
    const loaded = { ...numbers("params", network.params), ...numbers("batchStats", network.state) };
    const trained = Object.entries(state).filter(([path]) => /^(params|batchStats)\//.test(path));
    expect(loaded).toEqual(Object.fromEntries(trained));
    expect(Object.keys(loaded)).toContain("params/head/kernel");

    // The same backbone as the encoder's.
    const encoder = await loadEncoder(folder.path, { ...own, compile: eager });
    tf.tidy(() => {
      const images = tf.div<tf.Tensor4D>(tf.tensor4d(noise(2, 8, randomKey(1)), [2, 8, 8, 3]), 255);
      const below = (tree: typeof network.params) =>
        Object.fromEntries(Object.entries(tree).map(([path, tensor]) => [path.replace(/^backbone\//, ""), tensor]));
      const { outputs } = network.backbone.apply(below(network.params), below(network.state), images, {
        training: false,
      });
      expect([...(outputs.features as tf.Tensor).dataSync()]).toEqual([...encoder.encode(images).dataSync()]);
    });
    encoder.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
