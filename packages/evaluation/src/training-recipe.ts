import { invalidArgument, type ParameterPredicate, type Parameters } from "@simclr/core";
import {
  type GradientTransformation,
  lars,
  linearScaling,
  momentum,
  squareRootScaling,
  warmupCosineSchedule,
} from "@simclr/optimizers";

/** What supervised training can be told about its length and its optimizer; each evaluator has defaults of its own. */
export interface TrainingOptions {
  /** Passes over the train images; the images of a pass that fill no batch are left out of it. */
  readonly epochs?: number;
  /** Instead of `epochs`: so many steps, the last pass over the images cut short. */
  readonly steps?: number;
  /** Images in a step, over all replicas; at most all train images. */
  readonly batchSize?: number;
  /** The highest learning rate. It falls to 0 along half a cosine. */
  readonly learningRate?: number;
  /** L2 regularisation, of everything but batch norm's scales and offsets. */
  readonly weightDecay?: number;
  /**
   * `"nesterov"`: momentum 0.9, the paper's. `"lars"`: what SimCLR v2 fine-tunes with, the supervised head at the full
   * rate.
   */
  readonly optimizer?: "nesterov" | "lars";
  /** Epochs in which the learning rate grows from 0. */
  readonly warmupEpochs?: number;
}

/** Training options with every default filled in: plain JSON. */
export type TrainingRecipe = {
  readonly [Option in keyof Omit<TrainingOptions, "steps">]-?: NonNullable<TrainingOptions[Option]>;
} & Pick<TrainingOptions, "steps">;

/** An evaluator's defaults; the learning rate is this at batch 256 for nesterov, and this at batch 1 for LARS. */
export type TrainingDefaults = Omit<TrainingRecipe, "learningRate" | "optimizer" | "steps" | "warmupEpochs"> & {
  /** Default: nesterov. */
  readonly optimizer?: TrainingRecipe["optimizer"];
  /** A number, or what it is of so many epochs. */
  readonly warmupEpochs: number | ((epochs: number) => number);
  readonly baseRates: { readonly nesterov: number; readonly lars: number };
};

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function trainingRecipe(
  options: TrainingOptions,
  { baseRates, ...defaults }: TrainingDefaults,
  exampleCount: number,
): TrainingRecipe {
  const { weightDecay = defaults.weightDecay, optimizer = defaults.optimizer ?? "nesterov", steps } = options;
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1)) {
    throw invalidArgument("steps", steps, "an integer of at least 1");
  }
  if (steps !== undefined && options.epochs !== undefined) {
    throw invalidArgument("steps", steps, "no steps beside epochs", "Say how long to train by one of them.");
  }
  const stepsPerEpoch = Math.max(1, Math.floor(exampleCount / (options.batchSize ?? defaults.batchSize)));
  const epochs = steps === undefined ? (options.epochs ?? defaults.epochs) : Math.ceil(steps / stepsPerEpoch);
  const published = typeof defaults.warmupEpochs === "number" ? defaults.warmupEpochs : defaults.warmupEpochs(epochs);
  const { warmupEpochs = Math.min(published, epochs - 1) } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize: options.batchSize ?? defaults.batchSize })) {
    if (!Number.isInteger(value) || value < 1) throw invalidArgument(name, value, "an integer of at least 1");
  }
  if (optimizer !== "nesterov" && optimizer !== "lars") {
    throw invalidArgument("optimizer", optimizer, '"nesterov" or "lars"');
  }
  if (!(warmupEpochs >= 0 && warmupEpochs < epochs)) {
    throw invalidArgument("warmupEpochs", warmupEpochs, `at least 0 and below ${epochs}, the number of epochs`);
  }
  const batchSize = Math.min(options.batchSize ?? defaults.batchSize, exampleCount);
  const scaled = { nesterov: linearScaling(baseRates.nesterov, batchSize), lars: squareRootScaling(baseRates.lars, batchSize) }; // biome-ignore format: one line
  const { learningRate = scaled[optimizer] } = options;
  for (const [name, value] of Object.entries({ learningRate, weightDecay })) {
    if (!(Number.isFinite(value) && value >= 0)) throw invalidArgument(name, value, "a finite number of at least 0");
  }
  return {
    epochs,
    batchSize,
    learningRate,
    weightDecay,
    optimizer,
    warmupEpochs,
    ...(steps !== undefined && { steps }),
  };
}

/** How many steps a recipe takes on so many images. */
export function stepsOf({ steps, epochs, batchSize }: TrainingRecipe, exampleCount: number): number {
  return steps ?? epochs * Math.floor(exampleCount / batchSize);
}

const batchNormVariables: ParameterPredicate = (path) => /(^|\/)(scale|offset)$/.test(path);

/**
 * The recipe's optimizer, its schedule inside.
 *
 * @param learned the parameters that it will be given
 */
export function recipeOptimizer(
  recipe: TrainingRecipe,
  exampleCount: number,
  learned: Parameters,
): GradientTransformation {
  const { batchSize, learningRate: peak, weightDecay, optimizer, warmupEpochs } = recipe;
  const stepsPerEpoch = Math.floor(exampleCount / batchSize);
  const warmupSteps = Math.floor(warmupEpochs * stepsPerEpoch);
  const learningRate = warmupCosineSchedule({ peak, warmupSteps, totalSteps: stepsOf(recipe, exampleCount) });
  if (optimizer === "lars") return lars({ learningRate, weightDecay });
  const hasBatchNorm = Object.entries(learned).some(([path, tensor]) => batchNormVariables(path, tensor));
  const excludes = hasBatchNorm ? batchNormVariables : "none";
  return momentum({ learningRate, momentum: 0.9, nesterov: true, weightDecay, excludes });
}
