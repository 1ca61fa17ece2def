import type { TensorTree } from "@simclr/core";
import { predictorHead } from "@simclr/heads";
import {
  barlowTwins,
  contrastiveMetrics,
  dcl,
  dclw,
  marginTriplet,
  negativeCosineSimilarity,
  ntLogistic,
  ntXent,
  supCon,
  vicReg,
} from "@simclr/losses";
import type { Schedule } from "@simclr/optimizers";
import {
  byolStep,
  cosineMomentumSchedule,
  mocoStep,
  type SimclrStepOptions,
  simclrStep,
  simSiamStep,
  type TrainStep,
  type TwoViewStepOptions,
} from "@simclr/training";
import { labelsMissing, simclrError } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";

export interface ObjectiveParts {
  readonly batchSize: number;
  readonly totalSteps: number;
  /** Of the images' labels; only supCon looks at them. */
  readonly classCount?: number;
}

/**
 * The step of a recipe's objective, of parts that all methods share.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE for a queue shorter than the batch, or a batch that is not whole micro batches
 * @throws SIMCLR_ERROR__CLI__LABELS_MISSING for supCon without a class count
 */
export function buildObjective(
  recipe: Recipe,
  shared: TwoViewStepOptions<TensorTree>,
  { batchSize, totalSteps, classCount }: ObjectiveParts,
): TrainStep<TensorTree> {
  const { objective, temperature, microBatchSize } = recipe;
  switch (objective.kind) {
    case "moco": {
      const { queueSize } = objective;
      if (queueSize < batchSize) throw outOfRange("objective.queueSize", queueSize, `at least the batch, ${batchSize}`);
      return mocoStep({ ...shared, temperature, queueSize, momentum: momentumOf(objective, totalSteps) });
    }
    case "byol":
      return byolStep({
        ...shared,
        predictor: predictorOf(recipe, shared),
        momentum: momentumOf(objective, totalSteps),
      });
    case "simSiam":
      return simSiamStep({ ...shared, predictor: predictorOf(recipe, shared) });
  }
  if (microBatchSize !== null && batchSize % microBatchSize !== 0) {
    throw outOfRange("microBatchSize", microBatchSize, `a divisor of the batch, ${batchSize}`);
  }
  const normalize = objective.kind === "simclr" ? recipe.loss.normalize : true;
  return simclrStep<TensorTree>({
    ...shared,
    ...lossOf(recipe, classCount),
    ...statisticsOf(objective),
    metrics: (a, b) => contrastiveMetrics(a, b, { temperature, normalize }),
    ...(microBatchSize !== null && { microBatchSize }),
  });
}

type LossOptions = Pick<SimclrStepOptions<TensorTree>, "loss" | "classCount" | "statistics">;

function lossOf(recipe: Recipe, classCount: number | undefined): LossOptions {
  const { temperature, objective } = recipe;
  switch (objective.kind) {
    case "supCon":
      if (classCount === undefined) throw labelsMissing("the images", "for supCon learns from them");
      return { classCount, loss: (a, b, labels) => supCon(a, b, labels, { temperature }) };
    case "dcl":
      return { loss: (a, b) => dcl(a, b, { temperature }) };
    case "dclw":
      return { loss: (a, b) => dclw(a, b, { temperature, sigma: objective.sigma }) };
    case "barlowTwins": {
      const { redundancyWeight } = objective;
      return { statistics: "each view", loss: (a, b) => barlowTwins(a, b, { redundancyWeight }) };
    }
    case "vicReg": {
      const { invarianceWeight, varianceWeight, covarianceWeight } = objective;
      const weights = { invarianceWeight, varianceWeight, covarianceWeight };
      return { statistics: "each view", loss: (a, b) => vicReg(a, b, weights) };
    }
    case "negativeCosineSimilarity":
      return { statistics: "each view", loss: (a, b) => negativeCosineSimilarity(a, b) };
    default:
      return contrastive(recipe);
  }
}

function statisticsOf({ batchStatistics }: Recipe["objective"]): Pick<LossOptions, "statistics"> {
  if (batchStatistics === null) return {};
  return { statistics: batchStatistics === "eachView" ? "each view" : "both views" };
}

/** SimCLR's own: what the setting `loss` says. */
function contrastive({ temperature, loss }: Recipe): LossOptions {
  const { kind, negatives, normalize, margin, hardNegativeConcentration: concentration } = loss;
  if (kind === "ntLogistic") return { loss: (a, b) => ntLogistic(a, b, { temperature, negatives }) };
  if (kind === "marginTriplet") return { loss: (a, b) => marginTriplet(a, b, { margin, negatives }) };
  const hard = { concentration: concentration ?? 0, classProbability: loss.hardNegativeClassProbability };
  const hardNegatives = concentration === null ? {} : { hardNegatives: hard };
  return { loss: (a, b) => ntXent(a, b, { temperature, negatives, normalize, ...hardNegatives }) };
}

/** Null is the papers': MoCo's stays at 0.999, BYOL's grows from 0.996 to 1. */
function momentumOf(objective: Recipe["objective"], totalSteps: number): number | Schedule {
  const { kind, momentum, momentumSchedule, finalMomentum: end } = objective;
  const start = momentum ?? (kind === "byol" ? 0.996 : 0.999);
  const isCosine = momentumSchedule === null ? kind === "byol" : momentumSchedule === "cosine";
  return isCosine ? cosineMomentumSchedule({ start, end, totalSteps }) : start;
}

type Predicting = Pick<Recipe, "objective">;

/** The predictor of byol and simSiam, for projections of a size; other objectives have none. */
export function predictorFor({ objective }: Predicting, inputSize: number) {
  const { kind, predictorHiddenSize } = objective;
  if (kind !== "byol" && kind !== "simSiam") return undefined;
  const hiddenSize = predictorHiddenSize ?? (kind === "byol" ? 4096 : Math.max(1, Math.floor(inputSize / 4)));
  return predictorHead({ inputSize, hiddenSize });
}

function predictorOf(recipe: Predicting, { head }: Pick<TwoViewStepOptions<TensorTree>, "head">) {
  return predictorFor(recipe, head.outputSize) as ReturnType<typeof predictorHead>;
}

function outOfRange(key: string, received: number, expected: string) {
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
    { key, received },
    {
      expected: `${key} to be ${expected}`,
      received: String(received),
      remedy: "Change the recipe, or what --set says.",
    },
  );
}
