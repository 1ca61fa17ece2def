import * as tf from "@tensorflow/tfjs-core";
import type { ClassificationTask } from "./classification-task.js";
import { elevenPointMeanAveragePrecision } from "./eleven-point-mean-average-precision.js";
import { joined } from "./joined.js";
import { meanBinaryCrossEntropy } from "./mean-binary-cross-entropy.js";
import { assertMultiLabelDatasets, type MultiLabelDataset } from "./multi-label-dataset.js";
import { resampledMeanAveragePrecision } from "./resampled-mean-average-precision.js";
import { sigmoidCrossEntropy } from "./sigmoid-cross-entropy.js";

/** An image may show several classes: sigmoid cross entropy of each, 11-point mean average precision. */
export const multiLabelTask: ClassificationTask<MultiLabelDataset> = {
  assertDatasets: assertMultiLabelDatasets,
  joined: (first, second) => ({
    ...joined(first, second),
    classNames: first.classNames,
    truth: Int8Array.from([...first.truth, ...second.truth]),
  }),
  // By index, since another image is read in place of one that cannot be decoded.
  labelsOf: ({ truth, classNames: { length: width } }, { indices }) => {
    const rows = new Int32Array(indices.length * width);
    indices.forEach((index, row) => {
      rows.set(truth.subarray(index * width, (index + 1) * width), row * width);
    });
    return rows;
  },
  targets: (labels) => tf.clone(labels),
  loss: sigmoidCrossEntropy,
  testLoss: ({ scores, labels, classCount }) => meanBinaryCrossEntropy(scores, labels, classCount),
  measure: ({ scores, labels, classCount }, _, { classNames }) => {
    const truth = Int8Array.from(labels);
    const { mean, perClass } = elevenPointMeanAveragePrecision(scores, truth, classCount);
    return {
      metrics: { vocMeanAveragePrecision11: mean },
      primary: "vocMeanAveragePrecision11",
      statistic: resampledMeanAveragePrecision(scores, truth, classCount),
      settings: {
        averagePrecision: Object.fromEntries(classNames.map((name, label) => [name, perClass[label] as number])),
      },
    };
  },
};
