import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { arrayDataset } from "@simclr/data";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tfjs from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { embed, toEncoder } from "./index.js";

const images = () => tf.tensor4d([0, 0.25, 0.5, 1, 1, 1, 1, 1], [2, 2, 2, 1]);

/** A graph of one operation, as a converter writes it: relu(x). */
const reluGraph = {
  node: [
    {
      name: "x",
      op: "Placeholder",
      attr: {
        dtype: { type: "DT_FLOAT" },
        shape: { shape: { dim: [{ size: "-1" }, { size: "2" }, { size: "2" }, { size: "1" }] } },
      },
    },
    { name: "features", op: "Relu", input: ["x"], attr: { T: { type: "DT_FLOAT" } } },
  ],
  versions: { producer: 1 },
};

describeEachBackend(() => {
  describe("toEncoder", () => {
    it("takes a tf.LayersModel, and its input's range", async () => {
      const model = tfjs.sequential({
        layers: [
          tfjs.layers.flatten({ inputShape: [2, 2, 1] }),
          tfjs.layers.dense({
            units: 2,
            weights: [tf.tensor2d([1, 0, 1, 0, 1, 0, 1, 2], [4, 2]), tf.tensor1d([0, 1])],
          }),
        ],
      });
      expectNoLeak(() => {
        const own = images();
        const features = toEncoder(model, { inputRange: [-1, 1] })(own);
        // Rows become -1, -0.5, 0, 1 and 1, 1, 1, 1.
        expectClose(features, [-0.5, 3, 4, 3]);
        return [own, features];
      });
      const bytes = arrayDataset({ images: Uint8Array.of(0, 0, 0, 255), shape: [1, 2, 2, 1] });
      expectClose((await embed(toEncoder(model), bytes)).values, [1, 3]);
      model.dispose();
    });

    it("takes a tf.GraphModel, and averages feature maps", () => {
      const handler = { load: () => ({ modelTopology: reluGraph, weightSpecs: [], weightData: new ArrayBuffer(0) }) };
      const model = tfjs.loadGraphModelSync(handler as Parameters<typeof tfjs.loadGraphModelSync>[0]);
      expectNoLeak(() => {
        const own = images();
        const features = toEncoder(model, { inputRange: [-1, 1] })(own);
        expect(features.shape).toEqual([2, 1]);
        expectClose(features, [0.25, 1]);
        return [own, features];
      });
      model.dispose();
    });

    it("takes a function, chooses an output, and frees the others", () => {
      const both = (x: tf.Tensor4D) => ({ logits: tf.neg(x), features: tf.reshape(x, [2, 4]) });
      const list = (x: tf.Tensor4D) => [tf.neg(x), tf.reshape(x, [2, 4])];
      expectNoLeak(() => {
        const own = images();
        const features = [toEncoder(both, { output: "features" })(own), toEncoder(list, { output: 1 })(own)];
        for (const rows of features) expectClose(rows, own, { absolute: 0, relative: 0 });
        return [own, ...features];
      });
    });

    it("leaves what the function hands out from its own", () => {
      const kept = tf.tensor2d([1, 2], [2, 1]);
      const own = images();
      toEncoder(() => kept)(own).dispose();
      toEncoder((x) => x)(own).dispose();
      expectClose(kept, [1, 2]);
      expect(own.isDisposed).toBe(false);
      tf.dispose([kept, own]);
    });

    it("refuses an output that is not there or not named, and a range upside down", () => {
      const own = images();
      const both = (x: tf.Tensor4D) => ({ logits: x, features: x });
      const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
      expect(() => toEncoder(both)(own)).toThrow(code);
      expect(() => toEncoder(both, { output: "pooled" })(own)).toThrow("logits, features");
      expect(() => toEncoder(both, { inputRange: [1, 0] })).toThrow(code);
      own.dispose();
    });
  });
});
