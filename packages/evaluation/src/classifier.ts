import type { ApplyOptions, ParameterPredicate, Parameters } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";

/** What a supervised head is put on, and how much of it learns with the head. */
export interface Classifier {
  /** Numbers in a row that the head sees. */
  readonly featureSize: number;
  /** Which parameters and batch statistics learn, by path; the others stay as they are, to the bit. */
  readonly trains: ParameterPredicate;
  /**
   * Images `[batch, height, width, channels]` in [0, 1] to what the head sees, `[batch, featureSize]`. Borrows its
   * arguments.
   */
  represent(
    params: Parameters,
    state: Parameters,
    images: tf.Tensor4D,
    options: ApplyOptions,
  ): { readonly features: tf.Tensor2D; readonly state: Parameters };
}
