import { invalidArgument } from "@simclr/core";

/** What every head with layers of its own can be told. */
export interface ProjectionOptions {
  /** The backbone's `featureSize`. */
  readonly inputSize: number;
  /** Default 128, the reference's `proj_out_dim` and the paper's. */
  readonly outputSize?: number;
  /**
   * Whether a batch norm without offset follows the last layer. Default true, as in the reference's code; the paper's
   * text has none, and solo-learn's head neither.
   */
  readonly normalizeProjection?: boolean;
  /**
   * Whether a batch norm follows any layer. Default true, as the reference; false is lightly's `batch_norm=False` and
   * solo-learn's head: dense layers with biases alone.
   */
  readonly batchNorm?: boolean;
  /** How much of the running statistics a training step keeps. Default 0.9, the reference's `batch_norm_decay`. */
  readonly batchNormDecay?: number;
}

export type ResolvedProjection = {
  readonly [Option in keyof Omit<ProjectionOptions, "batchNorm">]-?: NonNullable<ProjectionOptions[Option]>;
} & {
  /** Absent where there are batch norms. */
  readonly batchNorm?: false;
};

/** Fills the defaults in and refuses what is out of range, options that do not exist among it. */
export function resolveProjection(options: ProjectionOptions & { readonly kind?: string }): ResolvedProjection {
  const { kind, inputSize, outputSize = 128, batchNorm = true, batchNormDecay = 0.9, ...others } = options;
  if (typeof batchNorm !== "boolean") throw invalidArgument("batchNorm", batchNorm, "true or false");
  const { normalizeProjection = batchNorm, ...unknown } = others;
  refuseUnknown(unknown);
  assertSize("inputSize", inputSize, "Pass the backbone's featureSize.");
  assertSize("outputSize", outputSize, "The paper and the reference project to 128.");
  if (typeof normalizeProjection !== "boolean")
    throw invalidArgument("normalizeProjection", normalizeProjection, "true or false");
  if (normalizeProjection && !batchNorm)
    throw invalidArgument("normalizeProjection", normalizeProjection, "false, where batchNorm is");
  if (!(batchNormDecay >= 0 && batchNormDecay < 1))
    throw invalidArgument("batchNormDecay", batchNormDecay, "at least 0 and below 1", "PyTorch's momentum is 1 - it.");
  return { inputSize, outputSize, normalizeProjection, batchNormDecay, ...(!batchNorm && { batchNorm }) };
}

export function assertSize(name: string, value: number, remedy: string): void {
  if (!(Number.isInteger(value) && value > 0)) throw invalidArgument(name, value, "a whole number above 0", remedy);
}

export function refuseUnknown(unknown: Readonly<Record<string, unknown>>): void {
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) throw invalidArgument(stranger, unknown[stranger], "absent: the head has no such option");
}
