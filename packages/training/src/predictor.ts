import { below, type Head, invalidArgument, type Parameters, type RandomKey, withPrefix } from "@simclr/core";
import { l2Normalize } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { modelOutput } from "./model-output.js";
import type { EncodedViews, Network, NetworkVariables } from "./network.js";

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

/** Both views' projections and their predictions, each view on its own, and all batch statistics afterwards. */
export function predictViews(
  predictor: Head,
  { communicator }: Network,
  { params, batchStats }: NetworkVariables,
  encoded: EncodedViews,
): EncodedViews & { readonly predictionsA: tf.Tensor2D; readonly predictionsB: tf.Tensor2D } {
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
export function projectionDeviation({ projectionsA, projectionsB }: EncodedViews): tf.Scalar {
  const rows = l2Normalize(tf.concat([projectionsA, projectionsB]));
  return tf.mean<tf.Scalar>(tf.sqrt(tf.moments(rows, 0).variance));
}
