import { expectClose } from "@simclr/core/testing";
import { arrayDataset } from "@simclr/data";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { embed, rawPixels } from "./index.js";

const shape = [7, 2, 2, 3] as const;
const images = Uint8Array.from({ length: 7 * 12 }, (_, i) => (i * 37) % 256);
const dataset = arrayDataset({ images, shape, labels: [0, 1, 2, 0, 1, 2, 0] });

describeEachBackend((backendName) => {
  describe("embed", () => {
    it("encodes every image once, in order and in [0, 1], whatever the batch size", async () => {
      for (const batchSize of [1, 3, 7, 100]) {
        const features = await embed(rawPixels, dataset, { batchSize });
        expect([features.count, features.size]).toEqual([7, 12]);
        expectClose(
          features.values,
          Float32Array.from(images, (x) => x / 255),
        );
        expect([...(features.labels as Int32Array)]).toEqual([0, 1, 2, 0, 1, 2, 0]);
      }
    });

    it("calls the encoder with one shape, and tells its progress", async () => {
      const shapes: number[][] = [];
      const progress: number[] = [];
      const encoder = (x: tf.Tensor4D) => {
        shapes.push([...x.shape]);
        return rawPixels(x);
      };
      await embed(encoder, dataset, { batchSize: 3, onProgress: (done) => progress.push(done) });
      expect(shapes).toEqual([[3, 2, 2, 3], [3, 2, 2, 3], [3, 2, 2, 3]]); // biome-ignore format: a list
      expect(progress).toEqual([3, 6, 7]);
    });

    it.runIf(backendName === "tensorflow")("is the same compiled", async () => {
      const encoder = (x: tf.Tensor4D) => tf.mean(tf.square(x), [1, 2]) as tf.Tensor2D;
      const [eagerly, compiled] = [
        await embed(encoder, dataset),
        await embed(encoder, dataset, { compile, batchSize: 4 }),
      ];
      expectClose(compiled.values, eagerly.values);
    });

    it("has no labels where the dataset has none", async () => {
      expect(await embed(rawPixels, arrayDataset({ images, shape }))).not.toHaveProperty("labels");
    });

    it("refuses an encoder that does not return rows, and leaves no tensor behind", async () => {
      await embed(rawPixels, dataset);
      const before = tf.memory().numTensors;
      await embed(rawPixels, dataset, { batchSize: 2 });
      const code = "SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT";
      await expect(embed((x) => tf.neg(x) as unknown as tf.Tensor2D, dataset)).rejects.toMatchObject({ code });
      expect(tf.memory().numTensors).toBe(before);
    });

    it("hands on an error of the dataset", async () => {
      const broken = { ...dataset, read: () => Promise.reject(new Error("disk gone")) };
      await expect(embed(rawPixels, broken)).rejects.toThrow("disk gone");
    });
  });
});
