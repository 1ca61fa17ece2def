import { normal, randomKey } from "@simclr/core";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { evaluatorContract } from "./contract.js";
import {
  type Encoder,
  embedOnce,
  knnEvaluator,
  linearFeaturesEvaluator,
  logisticRegressionEvaluator,
  retrievalEvaluator,
  transformationEvaluator,
} from "./index.js";

/** A random projection of the mean colours, with a tensor of its own. */
function create(scale = 1) {
  const kernel = tf.tensor2d(
    Float32Array.from(normal(randomKey(11), 3 * 8), (x) => x * scale),
    [3, 8],
  );
  const subject: Encoder = (images) => tf.matMul(tf.sub(tf.mean(images, [1, 2]), 0.5) as tf.Tensor2D, kernel);
  return { subject, parameters: { kernel } };
}

describeEachBackend(() => {
  const shared = { create, createBroken: () => create(Number.NaN), compile };
  evaluatorContract("knnEvaluator", {
    ...shared,
    evaluator: knnEvaluator,
    options: { k: 7 },
    tooManyNeighbours: { k: 37 },
  });
  evaluatorContract("knnEvaluator by default, of too few images", {
    ...shared,
    evaluator: knnEvaluator,
    options: { k: 36, metric: "meanPerClass" },
    tooManyNeighbours: {},
  });
  evaluatorContract("linearFeaturesEvaluator", {
    ...shared,
    evaluator: linearFeaturesEvaluator,
    options: { epochs: 10, batchSize: 12 },
  });
  evaluatorContract("logisticRegressionEvaluator", {
    ...shared,
    evaluator: logisticRegressionEvaluator,
    options: { regularization: [0.01, 0.1, 1], metric: "meanPerClass" },
  });
  evaluatorContract("logisticRegressionEvaluator with one strength, embedding once", {
    ...shared,
    evaluator: logisticRegressionEvaluator,
    options: { regularization: 0.1, embed: embedOnce() },
  });
  evaluatorContract("transformationEvaluator", {
    ...shared,
    evaluator: transformationEvaluator,
    options: { transformation: "sobel", epochs: 20, batchSize: 12, learningRate: 0.1 },
    ownClassCount: 2,
  });
  evaluatorContract("retrievalEvaluator", {
    ...shared,
    evaluator: retrievalEvaluator,
    options: { k: [1, 5] },
    tooManyNeighbours: { k: [1, 37] },
  });
});
