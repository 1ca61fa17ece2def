import { type ProjectionOptions, type ResolvedProjection, resolveProjection } from "./head-options.js";
import { type DescribedHead, layeredHead } from "./layered-head.js";

export type LinearHeadOptions = ProjectionOptions;

export type LinearHeadSpec = { readonly kind: "linear" } & ResolvedProjection;

/**
 * A linear head: `projection = BN(h W)`, the batch norm with scale and without offset, the dense layer without bias.
 *
 * Inputs: `[batch, inputSize]`. Outputs: `layer0` (the input) and `projection`, `[batch, outputSize]`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { linearHead } from "@simclr/heads";
 * import * as tf from "@tensorflow/tfjs-core";
 * const head = linearHead({ inputSize: 8, outputSize: 4 });
 * const { params, state } = head.init(randomKey(0));
 * const { outputs } = head.apply(params, state, tf.ones([2, 8]), { training: false });
 * console.log(outputs.projection?.shape); // [2, 4]
 * ```
 * @see google-research/simclr@383d414 model_util.py, `proj_head_mode == 'linear'`; the one of tf2/ returns nothing, a bug
 */
export function linearHead(options: LinearHeadOptions): DescribedHead<LinearHeadSpec> {
  const spec: LinearHeadSpec = { kind: "linear", ...resolveProjection(options) };
  return layeredHead(spec, 1, spec.inputSize);
}
