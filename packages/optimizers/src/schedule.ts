import * as tf from "@tensorflow/tfjs-core";

/** The learning rate of a step, a float32 scalar, by tensor operations: it lives inside the compiled training step. */
export type Schedule = (step: tf.Scalar) => tf.Scalar;

/** The same learning rate in every step. */
export function constantSchedule(learningRate: number): Schedule {
  return () => tf.scalar(learningRate);
}
