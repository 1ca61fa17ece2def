import type { View } from "@simclr/augmentations";
import type { Backbone, Head, Parameters, RandomKey, TensorTree } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";

/**
 * All that training changes. `params` and `batchStats` are keyed `backbone/...`, `head/...`, and `predictor/...` where a
 * method has one.
 */
export type TrainState<OptimizerState extends TensorTree = TensorTree> = {
  readonly params: Parameters;
  readonly batchStats: Parameters;
  readonly optimizerState: OptimizerState;
  /** What a method remembers beside the network, without a gradient: a target network, a queue. `{}` in SimCLR's. */
  readonly objectiveState: TensorTree;
  /** How many steps were made: an int32 scalar. */
  readonly step: tf.Scalar;
};

/** What one step returns: the next state, and scalars about this step. */
export type StepResult<OptimizerState extends TensorTree = TensorTree> = {
  readonly state: TrainState<OptimizerState>;
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
};

/**
 * One step of training as a pure function, with what the loop has to know about it. {@link simclrStep} and its peers make one; a
 * method of your own is an object of this form, or an objective for {@link twoViewStep}.
 */
export interface TrainStep<OptimizerState extends TensorTree = TensorTree> {
  readonly backbone: Backbone;
  readonly head: Head;
  /** The loop samples both views' parameters on the host and hands them to `step`. */
  readonly views: readonly [View, View];
  /** How many classes there are, where `step` wants the images' labels; the loop refuses a dataset without. */
  readonly classCount?: number;
  /** A new state, owned by the caller. The same key gives the same numbers. */
  init(key: RandomKey): TrainState<OptimizerState>;
  /**
   * Borrows its arguments; the caller owns what it returns. It reads no tensor's values, so it can be compiled. A
   * tensor that the step does not change may come back as it is: `compile`, or `eager`, gives it an owner of its own.
   *
   * @param images int32 `[batch, height, width, channels]`, 0 to 255
   * @param labels one int32 tensor, `[batch]`, where the step uses labels
   */
  step(
    state: TrainState<OptimizerState>,
    images: tf.Tensor4D,
    parametersA: TensorTree,
    parametersB: TensorTree,
    ...labels: tf.Tensor1D[]
  ): StepResult<OptimizerState>;
}
