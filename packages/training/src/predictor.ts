import {
  below,
  type Head,
  invalidArgument,
  type Parameters,
  type RandomKey,
  type TensorTree,
  withPrefix,
} from "@simclr/core";
import { l2Normalize } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients } from "./loss-and-gradients.js";
import { modelOutput } from "./model-output.js";
import { type EncodedViews, encodeViews, type Network, type NetworkVariables } from "./network.js";
import type { Evaluation, ObjectiveInputs } from "./objective.js";

/** Refuses a predictor that does not turn projections into projections. */
export function refusePredictor(predictor: Head, head: Head): void {
  const { inputSize, outputSize } = predictor;
  if (inputSize === head.outputSize && outputSize === head.outputSize) return;
  const size = head.outputSize;
  const remedy = "Make it with inputSize: head.outputSize, and without an outputSize of its own.";
  throw invalidArgument("predictor", `${inputSize} to ${outputSize}`, `${size} to ${size}, as the head gives`, remedy);
}

/** The predictor's numbers, keyed `predictor/...`, owned by the caller. */
export function initPredictor(predictor: Head, key: RandomKey): NetworkVariables {
  const { params, state } = predictor.init(key);
  return { params: withPrefix("predictor", params), batchStats: withPrefix("predictor", state) };
}

/** Both views by themselves through network and predictor. */
export type Predicted = EncodedViews & { readonly predictionsA: tf.Tensor2D; readonly predictionsB: tf.Tensor2D };

/**
 * The step of BYOL and SimSiam: each view by itself through network and predictor, and a loss of what the predictor makes of
 * one view and of what it is to find in the other.
 */
export function learnToPredict(
  predictor: Head,
  network: Network,
  { params, batchStats, viewA, viewB }: Pick<ObjectiveInputs<TensorTree>, "params" | "batchStats" | "viewA" | "viewB">,
  loss: (predicted: Predicted) => tf.Scalar,
): Omit<Evaluation<TensorTree>, "next"> {
  const { value, gradients, auxiliary } = lossAndGradients(params, () => {
    const encoded = encodeViews(network, { params, batchStats }, viewA, viewB, "each view");
    const predicted = predictViews(predictor, network, { params, batchStats }, encoded);
    return { loss: loss(predicted), auxiliary: predicted };
  });
  return {
    loss: value,
    gradients,
    features: tf.concat([auxiliary.featuresA, auxiliary.featuresB]),
    batchStats: auxiliary.batchStats,
    metrics: { projectionDeviation: projectionDeviation(auxiliary) },
  };
}

/** Both views' projections and their predictions, each view on its own, and all batch statistics afterwards. */
function predictViews(
  predictor: Head,
  { communicator }: Network,
  { params, batchStats }: NetworkVariables,
  encoded: EncodedViews,
): Predicted {
  let state = below("predictor", batchStats);
  const predict = (projections: tf.Tensor2D): tf.Tensor2D => {
    const own = below("predictor", params);
    const result = predictor.apply(own, state, projections, { training: true, communicator });
    state = result.state;
    return modelOutput(predictor, result.outputs, "projection") as tf.Tensor2D;
  };
  const predictionsA = predict(encoded.projectionsA);
  const predictionsB = predict(encoded.projectionsB);
  const all: Parameters = { ...encoded.batchStats, ...withPrefix("predictor", state) };
  return { ...encoded, predictionsA, predictionsB, batchStats: all };
}

/**
 * How far projections spread: the standard deviation of each feature of the normalised rows, the mean over features. Near
 * 1 / sqrt(features) all is well, at 0 all projections are one.
 *
 * @see Chen and He 2021, "Exploring Simple Siamese Representation Learning", section 4.1
 */
function projectionDeviation({ projectionsA, projectionsB }: EncodedViews): tf.Scalar {
  const rows = l2Normalize(tf.concat([projectionsA, projectionsB]));
  return tf.mean<tf.Scalar>(tf.sqrt(tf.moments(rows, 0).variance));
}
