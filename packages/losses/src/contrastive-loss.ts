import type * as tf from "@tensorflow/tfjs-core";

/**
 * What a training step minimises: a scalar, the mean over its anchors, of two views' projections `[batch, features]`.
 * Row i of both comes from image i. Options are bound by a closure: `(a, b) => ntXent(a, b, { temperature: 0.5 })`.
 */
export type ContrastiveLoss = (viewA: tf.Tensor2D, viewB: tf.Tensor2D) => tf.Scalar;
