import { invalidArgument, type Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

export interface LayerWiseDecayOptions {
  /** What a layer's learning rate is of the next one's, above 0 and at most 1. BEiT: 0.65 to 0.9. */
  readonly decay: number;
  /** The layer that a parameter is in, by its path: 0 nearest to the image, `layerCount - 1` nearest to the loss. */
  readonly layerOf: (path: string) => number;
  readonly layerCount: number;
}

/**
 * A lower learning rate for every layer further from the loss:
 *
 *     update * decay^(layerCount - 1 - layerOf(path))
 *
 * Last in a chain, after the optimizer, whose scaling would otherwise undo it.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a decay out of its range, and from `init` for a path whose layer is not
 *   one of 0 to `layerCount - 1`
 * @see Clark et al. 2020 (ELECTRA), appendix A; Bao et al. 2022 (BEiT), section 3.1
 * @example
 * ```ts
 * import { adamw, chain, layerWiseDecay } from "@simclr/optimizers";
 * const layerOf = (path: string) => (path.startsWith("stem/") ? 0 : Number(/^group(\d)\//.exec(path)?.[1] ?? 5));
 * const optimizer = chain(adamw({ learningRate: 1e-3 }), layerWiseDecay({ decay: 0.75, layerOf, layerCount: 6 }));
 * ```
 */
export function layerWiseDecay(options: LayerWiseDecayOptions): GradientTransformation<NoState> {
  const { decay, layerOf, layerCount } = options;
  if (!(decay > 0 && decay <= 1)) throw invalidArgument("decay", decay, "above 0 and at most 1");
  if (!Number.isInteger(layerCount) || layerCount < 1) {
    throw invalidArgument("layerCount", layerCount, "an integer of at least 1");
  }
  return {
    init: (params) => {
      assertLayers(params, layerOf, layerCount);
      return {};
    },
    update: (gradients, state, params) => [
      mapGradients(gradients, params, () => (gradient, _, path) => {
        const below = layerCount - 1 - layerOf(path);
        return below === 0 ? tf.clone(gradient) : tf.mul(gradient, decay ** below);
      }),
      state,
    ],
  };
}

function assertLayers(params: Parameters, layerOf: (path: string) => number, layerCount: number): void {
  for (const path of Object.keys(params)) {
    const layer = layerOf(path);
    if (Number.isInteger(layer) && layer >= 0 && layer < layerCount) continue;
    throw invalidArgument("layerOf", `${layer} for "${path}"`, `integers from 0 to ${layerCount - 1} for every path`);
  }
}
