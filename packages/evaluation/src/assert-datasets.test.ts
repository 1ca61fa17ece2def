import { oneProcess, randomKey } from "@simclr/core";
import { arrayDataset, type Dataset, subset } from "@simclr/data";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { colours, datasets, free, network } from "./fixtures/three-colours.js";
import { fineTuneEvaluator, linearEvaluator, rawPixels, supervisedEvaluator } from "./index.js";

const key = randomKey(9);

describeEachBackend(() => {
  describe("datasets that nothing can be measured on", () => {
    const { train, test } = datasets;
    const unlabelled = arrayDataset({ images: new Uint8Array(3 * 108), shape: [3, 6, 6, 3] });
    const gray = arrayDataset({ images: new Uint8Array(3 * 36), shape: [3, 6, 6, 1], labels: [0, 1, 2] });
    const ofClasses = (whole: Dataset, ...classes: number[]) =>
      subset(
        whole,
        [...(whole.labels as Int32Array).keys()].filter((i) => classes.includes(whole.labels?.[i] as number)),
      );
    const named = colours(9, 3, { classNames: ["red", "green", "blue"] });
    const wrong: [string, { train: Dataset; test: Dataset }, string, object][] = [
      ["one class", { train: ofClasses(train, 1), test }, "EVALUATION__EMPTY_CLASS", { what: "train", label: 0 }],
      ["one image", { train: subset(train, [0]), test }, "EVALUATION__TOO_FEW_IMAGES", { what: "train", count: 1 }],
      ["one test image", { train, test: subset(test, [0]) }, "EVALUATION__TOO_FEW_IMAGES", { what: "test", count: 1 }],
      [
        "an empty class",
        { train: ofClasses(named, 0, 2), test: named },
        "EVALUATION__EMPTY_CLASS",
        { what: "train", label: 1 },
      ],
      [
        "a class that no test image has",
        { train, test: ofClasses(test, 0, 1) },
        "EVALUATION__EMPTY_CLASS",
        { what: "test", label: 2 },
      ],
      [
        "a class of test images alone",
        { train: ofClasses(train, 0, 1), test },
        "EVALUATION__LABEL_OUT_OF_RANGE",
        { what: "test", label: 2 },
      ],
      ["train images without labels", { train: unlabelled, test }, "EVALUATION__LABELS_MISSING", { what: "train" }],
      ["test images without labels", { train, test: unlabelled }, "EVALUATION__LABELS_MISSING", { what: "test" }],
      [
        "a label that has no name",
        { train: { ...train, classNames: ["a", "b"] }, test },
        "EVALUATION__LABEL_OUT_OF_RANGE",
        { what: "train", row: 2, label: 2 },
      ],
      ["gray test images", { train, test: gray }, "CORE__INVALID_ARGUMENT", {}],
    ];

    it.each(wrong)("refuses %s before any work", async (_, parts, code, context) => {
      const subject = network();
      const before = tf.memory().numTensors;
      const expected = { code: `SIMCLR_ERROR__${code}`, context };
      await expect(linearEvaluator(rawPixels, parts, { key })).rejects.toMatchObject(expected);
      await expect(fineTuneEvaluator(subject, parts, { key })).rejects.toMatchObject(expected);
      await expect(supervisedEvaluator(subject, parts, { key }, oneProcess)).rejects.toMatchObject(expected);
      expect(tf.memory().numTensors).toBe(before);
      free(subject);
    });
  });
});
