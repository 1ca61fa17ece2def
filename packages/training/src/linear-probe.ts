import { dense, lossAndGradients, normalInitializer, type Parameters, parameter, type RandomKey } from "@simclr/core";
import { softmaxCrossEntropy } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";

/** A linear classifier that learns beside the encoder and does not teach it. */
export interface LinearProbeOptions {
  readonly classCount: number;
}

const [kernel, bias] = ["supervisedHead/kernel", "supervisedHead/bias"] as const;

/** The probe's parameters, `supervisedHead/...`, owned by the caller. */
export function initLinearProbe({ classCount }: LinearProbeOptions, featureSize: number, key: RandomKey): Parameters {
  return { [kernel]: normalInitializer(key, [featureSize, classCount]), [bias]: tf.zeros([classCount]) };
}

/**
 * The probe's gradients and metrics. The features are what the forward pass left, outside its tape: no gradient goes back
 * into the encoder.
 *
 * @param features `[views * batch, featureSize]`: view A's rows, then view B's if the method encodes both
 * @param labels `[batch]`, int32
 */
export function linearProbeStep(
  { classCount }: LinearProbeOptions,
  params: Parameters,
  features: tf.Tensor2D,
  labels: tf.Tensor1D,
): { gradients: Parameters; metrics: Readonly<Record<"supervisedLoss" | "supervisedAccuracy", tf.Scalar>> } {
  const own = { [kernel]: parameter(params, kernel), [bias]: parameter(params, bias) };
  const views = features.shape[0] / labels.shape[0];
  const both = tf.concat(Array.from({ length: views }, () => labels));
  const target = tf.oneHot(both, classCount, 1, 0, "float32") as tf.Tensor2D;
  const { value, gradients, auxiliary } = lossAndGradients(own, () => {
    const logits = dense(features, own[kernel] as tf.Tensor2D, own[bias] as tf.Tensor1D);
    return { loss: softmaxCrossEntropy(logits, target), auxiliary: { logits } };
  });
  const found = tf.equal(tf.argMax(auxiliary.logits, 1), both);
  const supervisedAccuracy = tf.mean<tf.Scalar>(tf.cast(found, "float32"));
  return { gradients, metrics: { supervisedLoss: value, supervisedAccuracy } };
}
