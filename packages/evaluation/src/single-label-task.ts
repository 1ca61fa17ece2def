import { softmaxCrossEntropy } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { assertDatasets } from "./assert-datasets.js";
import { classificationResult } from "./classification-result.js";
import type { ClassificationTask } from "./classification-task.js";
import { joined } from "./joined.js";
import { meanCrossEntropy } from "./mean-cross-entropy.js";
import { measureClassification } from "./measure-classification.js";

/** Each image is of one class: softmax cross entropy, accuracies. */
export const singleLabelTask: ClassificationTask = {
  assertDatasets,
  joined,
  labelsOf: (_, { labels }) => labels as Int32Array,
  loss: (logits, labels) => {
    const [count, classCount] = logits.shape;
    const target = tf.oneHot(tf.reshape(labels, [count]), classCount, 1, 0, "float32");
    return softmaxCrossEntropy(logits, target as tf.Tensor2D);
  },
  testLoss: ({ scores, labels, classCount }) => meanCrossEntropy(scores, labels, classCount),
  measure: ({ scores, labels, classCount }, metric) => {
    const measured = measureClassification(classificationResult(scores, labels, classCount), labels, metric);
    return { ...measured, settings: {} };
  },
};
