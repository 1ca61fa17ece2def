import { invalidArgument } from "@simclr/core";
import { assertSize, type ProjectionOptions, type ResolvedProjection, resolveProjection } from "./head-options.js";
import { type DescribedHead, layeredHead } from "./layered-head.js";

export interface NonlinearHeadOptions extends ProjectionOptions {
  /** Outputs of the middle layers. Default `inputSize`, as in the reference and the paper. */
  readonly hiddenSize?: number;
  /** Dense layers, at least 2. Default 3, the reference's `num_proj_layers` and SimCLR v2's; v1 and its paper have 2. */
  readonly layers?: number;
}

export type NonlinearHeadSpec = { readonly kind: "nonlinear" } & ResolvedProjection & {
    readonly hiddenSize: number;
    readonly layers: number;
  };

/**
 * The nonlinear head of SimCLR:
 *
 *     h1 = relu(BN(h W1)),  ...,  projection = BN'(h_last W_last)
 *
 * where BN has scale and offset and BN' has no offset; no dense layer has a bias. The paper writes `W2 relu(W1 h)` without
 * any batch norm; we take the reference's code, which has one after every layer, and `normalizeProjection: false` leaves
 * the last one out. `batchNorm: false` leaves all out, and layers have biases: solo-learn's head is that with two layers.
 *
 * Inputs: `[batch, inputSize]`. Outputs: `layer0` (the input), `layer1` and so on (the middle layers, `[batch, hiddenSize]`;
 * SimCLR v2 fine-tunes from `layer1`), and `projection`, `[batch, outputSize]`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { nonlinearHead } from "@simclr/heads";
 * import * as tf from "@tensorflow/tfjs-core";
 * const head = nonlinearHead({ inputSize: 8, outputSize: 4, layers: 2 });
 * const { params, state } = head.init(randomKey(0));
 * const { outputs } = head.apply(params, state, tf.ones([2, 8]), { training: false });
 * console.log(Object.keys(outputs)); // layer0, layer1, projection
 * ```
 * @see Chen et al. 2020, section 2.1 and figure 8; google-research/simclr@383d414 model_util.py, `projection_head`
 */
export function nonlinearHead(options: NonlinearHeadOptions): DescribedHead<NonlinearHeadSpec> {
  const { layers = 3, hiddenSize = options.inputSize, ...common } = options;
  const resolved = resolveProjection(common);
  assertSize("hiddenSize", hiddenSize, "Leave it out to take inputSize.");
  if (!(Number.isInteger(layers) && layers >= 2))
    throw invalidArgument("layers", layers, "a whole number of at least 2", "For one layer use linearHead.");
  return layeredHead({ kind: "nonlinear", ...resolved, hiddenSize, layers }, layers, hiddenSize);
}
