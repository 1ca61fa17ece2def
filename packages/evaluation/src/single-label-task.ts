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
  targets: (labels, classCount) => tf.oneHot(tf.reshape(labels, [-1]), classCount, 1, 0, "float32") as tf.Tensor2D,
  loss: softmaxCrossEntropy,
  // Of a mixed image each class has its share, as in the code of Zhang et al. 2018.
  accuracy: (logits, targets) => {
    const [count, classCount] = logits.shape;
    const first = tf.oneHot(tf.argMax(logits, 1), classCount, 1, 0, "float32");
    return tf.div(tf.sum(tf.mul(first, targets)), count);
  },
  testLoss: ({ scores, labels, classCount }) => meanCrossEntropy(scores, labels, classCount),
  measure: ({ scores, labels, classCount }, metric) => {
    const measured = measureClassification(classificationResult(scores, labels, classCount), labels, metric);
    return { ...measured, settings: {} };
  },
};
