import type { Parameters, RandomKey, TensorTree } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import type { NetworkVariables } from "./network.js";

/** What a method computes its step from: the numbers as they are, and two views of the same images in [0, 1]. */
export interface ObjectiveInputs<State extends TensorTree> {
  /** All parameters that learn: `backbone/...`, `head/...`, and the objective's own. */
  readonly params: Parameters;
  readonly batchStats: Parameters;
  readonly objectiveState: State;
  readonly viewA: tf.Tensor4D;
  readonly viewB: tf.Tensor4D;
  /** The images' labels, int32 `[batch]`, where the objective has a `classCount`. */
  readonly labels?: tf.Tensor1D;
  /** How many steps were made, as a float. */
  readonly step: tf.Scalar;
}

/** What a method makes of a batch. */
export interface Evaluation<State extends TensorTree> {
  readonly loss: tf.Scalar;
  /** One for each of `params`. */
  readonly gradients: Parameters;
  /** For the linear probe: `[batch, featureSize]` of view A, and view B's below where it was encoded too. */
  readonly features: tf.Tensor2D;
  readonly batchStats: Parameters;
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
  /** What to remember, given the parameters that the optimizer made. */
  next(params: Parameters): State;
}

/**
 * A method of learning from two views, for {@link twoViewStep}: its loss and gradients, and what it keeps beside the
 * network. Pure: no values are read, nothing is drawn, borrowed arguments, results of the surrounding tidy.
 */
export interface Objective<State extends TensorTree = TensorTree> {
  /** How many classes there are, where it learns from labels. */
  readonly classCount?: number;
  /**
   * Parameters and batch statistics of its own, to be trained with the network's, and its first state. New tensors: none
   * of the network's is handed back, a copy is.
   */
  init(network: NetworkVariables, key: RandomKey): NetworkVariables & { readonly state: State };
  evaluate(inputs: ObjectiveInputs<State>): Evaluation<State>;
}
