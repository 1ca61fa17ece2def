import { assertShape } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertSize, refuseUnknown } from "./head-options.js";
import type { DescribedHead } from "./layered-head.js";

export interface NoHeadOptions {
  /** The backbone's `featureSize`. */
  readonly inputSize: number;
}

export type NoHeadSpec = { readonly kind: "none"; readonly inputSize: number };

/**
 * No head: the loss sees the features themselves, `projection = h`. The paper's figure 8 shows what that costs:
 * more than 10 points of linear accuracy below a nonlinear head.
 *
 * Inputs: `[batch, inputSize]`. Outputs: `layer0` and `projection`, both the input.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { noHead } from "@simclr/heads";
 * import * as tf from "@tensorflow/tfjs-core";
 * const { outputs } = noHead({ inputSize: 4 }).apply({}, {}, tf.ones([2, 4]), { training: true });
 * console.log(outputs.projection?.shape); // [2, 4]
 * ```
 * @see Chen et al. 2020, section 4.2; google-research/simclr@383d414 model_util.py, `proj_head_mode == 'none'`
 */
export function noHead(options: NoHeadOptions): DescribedHead<NoHeadSpec> {
  const { kind: _, inputSize, ...unknown } = options as NoHeadSpec;
  refuseUnknown(unknown);
  assertSize("inputSize", inputSize, "Pass the backbone's featureSize.");
  return {
    variableShapes: { params: {}, state: {} },
    spec: { kind: "none", inputSize },
    inputSize,
    outputSize: inputSize,
    init: () => ({ params: {}, state: {} }),
    apply: (_params, state, features) => {
      assertShape("features", features, ["batch", inputSize]);
      return { outputs: { layer0: tf.clone(features), projection: tf.clone(features) }, state };
    },
  };
}
