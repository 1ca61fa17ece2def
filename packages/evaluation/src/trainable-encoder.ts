import type { Backbone, Head, Parameters } from "@simclr/core";

/**
 * A network that can be trained on: an encoder with its numbers in the open. A pretraining state has this form with its
 * `batchStats` as `state`; evaluators borrow it and leave it as it was.
 */
export interface TrainableEncoder {
  readonly backbone: Backbone;
  /** The projection head, for evaluations that start from one of its layers. */
  readonly head?: Head;
  /** Keyed `backbone/...` and `head/...`. */
  readonly params: Parameters;
  /** Batch statistics, keyed alike. */
  readonly state: Parameters;
}
