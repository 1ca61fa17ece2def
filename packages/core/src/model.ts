import type * as tf from "@tensorflow/tfjs-core";
import type { Communicator } from "./communicator.js";
import type { ModelVariables, Parameters } from "./parameters.js";
import type { RandomKey } from "./random-key.js";

/** Everything that JSON can hold: specs are saved with a run and rebuild the model. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A model's description, enough to build it again: `{ kind: "resnet", depth: 18, ... }`. */
export type ModelSpec = { readonly kind: string } & { readonly [name: string]: Json };

export interface ApplyOptions {
  /** Whether batch norm uses, and updates its running statistics from, this batch. */
  readonly training: boolean;
  /** Over which replicas batch norm takes its statistics. Default: this process alone. */
  readonly communicator?: Communicator;
  /**
   * A named output; up to it batch norm is in inference mode also in training, as in the frozen part of a network of
   * which the rest is trained on. A model without an output of that name ignores it.
   */
  readonly frozenThrough?: string;
}

export type ModelResult = {
  /** Named activations; every model names its last one in its own interface. */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
  /** The state after the call: updated in training, the same tensors otherwise. */
  readonly state: Parameters;
};

/** A model is data plus two functions. It holds no tensor: parameters and state come in and go out in daylight. */
export interface Model {
  readonly spec: ModelSpec;
  /** New parameters and state, owned by the caller. The same key gives the same numbers. */
  init(key: RandomKey): ModelVariables;
  /** Borrows all its arguments. */
  apply(params: Parameters, state: Parameters, inputs: tf.Tensor, options: ApplyOptions): ModelResult;
}

/** An image encoder: inputs `[batch, height, width, channels]` in [0, 1]; outputs name `features`, `[batch, featureSize]`. */
export interface Backbone extends Model {
  readonly featureSize: number;
}

/** A projection head: inputs `[batch, features]`; outputs name `projection`, `[batch, outputSize]`. */
export interface Head extends Model {
  readonly inputSize: number;
  readonly outputSize: number;
}
