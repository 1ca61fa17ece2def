import {
  type Backbone,
  below,
  type Communicator,
  foldIn,
  type Head,
  type Parameters,
  type RandomKey,
  withPrefix,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { modelOutput } from "./model-output.js";

/** A backbone with a head on it, and whom its batch norms share their statistics with. */
export interface Network {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly communicator: Communicator;
}

/** A network's numbers, keyed `backbone/...` and `head/...`. */
export type NetworkVariables = {
  readonly params: Parameters;
  readonly batchStats: Parameters;
};

/** Over which images of a step batch norms take their statistics: those of both views together, or each view's own. */
export type ViewStatistics = "both views" | "each view";

/** What a network makes of two views in training, and its batch statistics afterwards. */
export type EncodedViews = {
  readonly featuresA: tf.Tensor2D;
  readonly featuresB: tf.Tensor2D;
  readonly projectionsA: tf.Tensor2D;
  readonly projectionsB: tf.Tensor2D;
  readonly batchStats: Parameters;
};

/** What a network makes of one batch in training, and its batch statistics afterwards. */
export type EncodedImages = {
  readonly features: tf.Tensor2D;
  readonly projections: tf.Tensor2D;
  readonly batchStats: Parameters;
};

export function initNetwork({ backbone, head }: Omit<Network, "communicator">, key: RandomKey): NetworkVariables {
  const encoder = backbone.init(foldIn(key, "backbone"));
  const projector = head.init(foldIn(key, "head"));
  return {
    params: { ...withPrefix("backbone", encoder.params), ...withPrefix("head", projector.params) },
    batchStats: { ...withPrefix("backbone", encoder.state), ...withPrefix("head", projector.state) },
  };
}

/**
 * Runs backbone and head in training mode.
 *
 * @returns tensors of the surrounding tidy; borrows its arguments
 * @throws SIMCLR_ERROR__TRAINING__OUTPUT_MISSING
 */
export function encodeImages(
  { backbone, head, communicator }: Network,
  { params, batchStats }: NetworkVariables,
  images: tf.Tensor4D,
): EncodedImages {
  const apply = { training: true, communicator } as const;
  const seen = backbone.apply(below("backbone", params), below("backbone", batchStats), images, apply);
  const features = modelOutput(backbone, seen.outputs, "features");
  const projected = head.apply(below("head", params), below("head", batchStats), features, apply);
  return {
    features: features as tf.Tensor2D,
    projections: modelOutput(head, projected.outputs, "projection") as tf.Tensor2D,
    batchStats: { ...withPrefix("backbone", seen.state), ...withPrefix("head", projected.state) },
  };
}

/** {@link encodeImages} of two views: in one pass of both, or in one after the other, whose statistics follow each other. */
export function encodeViews(
  network: Network,
  variables: NetworkVariables,
  viewA: tf.Tensor4D,
  viewB: tf.Tensor4D,
  statistics: ViewStatistics,
): EncodedViews {
  if (statistics === "each view") {
    const a = encodeImages(network, variables, viewA);
    const b = encodeImages(network, { ...variables, batchStats: a.batchStats }, viewB);
    const [featuresA, featuresB] = [a.features, b.features];
    const { batchStats } = b;
    return { featuresA, featuresB, projectionsA: a.projections, projectionsB: b.projections, batchStats };
  }
  const { features, projections, batchStats } = encodeImages(network, variables, tf.concat([viewA, viewB], 0));
  const [featuresA, featuresB] = halves(features);
  const [projectionsA, projectionsB] = halves(projections);
  return { featuresA, featuresB, projectionsA, projectionsB, batchStats };
}

/** View A's rows and view B's: the first half of the batch and the second. */
function halves(rows: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  return tf.split(rows, 2, 0) as [tf.Tensor2D, tf.Tensor2D];
}
