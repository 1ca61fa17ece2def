import {
  assertSize,
  type ProjectionOptions,
  type ResolvedProjection,
  refuseUnknown,
  resolveProjection,
} from "./head-options.js";
import { type DescribedHead, layeredHead } from "./layered-head.js";

export interface PredictorHeadOptions extends Pick<ProjectionOptions, "batchNormDecay"> {
  /** The `outputSize` of the projection head. */
  readonly inputSize: number;
  /** Outputs of the middle layer. BYOL takes 4096 for projections of 256, SimSiam a quarter of the input, 512 of 2048. */
  readonly hiddenSize: number;
  /** Default `inputSize`, which the methods need: predictions are compared with projections. */
  readonly outputSize?: number;
}

export type PredictorHeadSpec = { readonly kind: "predictor" } & Omit<ResolvedProjection, "normalizeProjection"> & {
    readonly hiddenSize: number;
  };

/**
 * The predictor of BYOL and SimSiam, which turns one view's projection into a guess of the other's:
 *
 *     prediction = relu(BN(z W1)) W2 + b
 *
 * BN has scale and offset. BYOL's first layer has a bias too, which BN takes away again; it is left out, as in SimSiam.
 *
 * Inputs: `[batch, inputSize]`. Outputs: `layer0` (the input), `layer1`, and `projection`, the prediction,
 * `[batch, outputSize]`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { predictorHead } from "@simclr/heads";
 * const predictor = predictorHead({ inputSize: 256, hiddenSize: 4096 }); // BYOL's
 * ```
 * @see Grill et al. 2020, "Bootstrap Your Own Latent", appendix C; Chen and He 2021, "Exploring Simple Siamese Representation Learning", section 3
 */
export function predictorHead(options: PredictorHeadOptions): DescribedHead<PredictorHeadSpec> {
  const {
    kind,
    hiddenSize,
    inputSize,
    outputSize = inputSize,
    ...others
  } = options as typeof options & { kind?: string };
  const { batchNormDecay, ...unknown } = others;
  refuseUnknown(unknown);
  const given = { inputSize, outputSize, ...(batchNormDecay !== undefined && { batchNormDecay }) };
  const { normalizeProjection, ...resolved } = resolveProjection(given);
  assertSize("hiddenSize", hiddenSize, "BYOL takes 4096, SimSiam a quarter of the input.");
  return layeredHead({ kind: "predictor", ...resolved, hiddenSize }, 2, hiddenSize, { lastBias: true });
}
