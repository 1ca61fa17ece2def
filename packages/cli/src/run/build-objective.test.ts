import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeTree, eager, flattenTree, isSimclrError, randomKey, type TensorTree } from "@simclr/core";
import { digits, subset } from "@simclr/data";
import { nonlinearHead, predictorHead } from "@simclr/heads";
import { barlowTwins, dcl, dclw, negativeCosineSimilarity, ntXent, supCon, vicReg } from "@simclr/losses";
import { momentum as momentumOptimizer, normBiasAndSupervisedHead, warmupCosineSchedule } from "@simclr/optimizers";
import { useTensorFlow } from "@simclr/runtime";
import {
  byolStep,
  cosineMomentumSchedule,
  mocoStep,
  pretrain,
  readMetrics,
  simclrStep,
  simSiamStep,
  type TrainStep,
  type TwoViewStepOptions,
} from "@simclr/training";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { RecipeInput } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";
import { buildStep } from "./build-step.js";
import { buildViews } from "./build-views.js";

beforeAll(() => useTensorFlow({ device: "cpu" }));

const batchSize = 8;
const sizes = { batchSize, exampleCount: 24, imageShape: [28, 28, 1], classCount: 10 } as const;
const totalSteps = 6;

function recipeOf(changes: Partial<RecipeInput>) {
  return defineRecipe({
    description: "Small.",
    imageSize: 12,
    epochs: 2,
    batchSize,
    temperature: 0.2,
    backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
    head: { layers: 2, outputSize: 8, normalizeProjection: false },
    view: { colorStrength: 0, grayscaleProbability: 0 },
    optimizer: { kind: "sgd", learningRate: 0.1, learningRateScaling: "none", warmupEpochs: 0 },
    evaluation: {},
    ...changes,
  });
}

type Parts = TwoViewStepOptions<TensorTree>;
const predictor = (hiddenSize: number) => predictorHead({ inputSize: 8, hiddenSize });
const each = { statistics: "each view" } as const;

/** A recipe's settings, and the step of @simclr/training that they mean. */
const methods: [string, Partial<RecipeInput>, (parts: Parts) => TrainStep][] = [
  ["simclr", {}, (parts) => simclrStep({ ...parts, temperature: 0.2 })],
  ["statistics of each view", { objective: { batchStatistics: "eachView" } }, (parts) => simclrStep({ ...parts, ...each, temperature: 0.2 })],
  ["barlowTwins, of both", { objective: { kind: "barlowTwins", batchStatistics: "bothViews" } }, (parts) => simclrStep({ ...parts, loss: (a, b) => barlowTwins(a, b, { redundancyWeight: 0.005 }) })],
  ["linearProbe", { evaluation: { linearProbe: true } }, (parts) => simclrStep({ ...parts, temperature: 0.2, linearProbe: { classCount: 10 } })],
  ["byol, linearProbe", { objective: { kind: "byol" }, evaluation: { linearProbe: true } }, (parts) => byolStep({ ...parts, predictor: predictor(4096), momentum: cosineMomentumSchedule({ start: 0.996, totalSteps }), linearProbe: { classCount: 10 } })],
  ["hard negatives", { loss: { hardNegativeConcentration: 1, hardNegativeClassProbability: 0.1 } }, (parts) => simclrStep({ ...parts, loss: (a, b) => ntXent(a, b, { temperature: 0.2, hardNegatives: { concentration: 1, classProbability: 0.1 } }) })],
  ["microBatchSize", { microBatchSize: 4 }, (parts) => simclrStep({ ...parts, temperature: 0.2, microBatchSize: 4 })],
  ["supCon", { objective: { kind: "supCon" } }, (parts) => simclrStep({ ...parts, classCount: 10, loss: (a, b, labels) => supCon(a, b, labels, { temperature: 0.2 }) })],
  ["dcl", { objective: { kind: "dcl" } }, (parts) => simclrStep({ ...parts, loss: (a, b) => dcl(a, b, { temperature: 0.2 }) })],
  ["dclw", { objective: { kind: "dclw", sigma: 0.3 } }, (parts) => simclrStep({ ...parts, loss: (a, b) => dclw(a, b, { temperature: 0.2, sigma: 0.3 }) })],
  ["barlowTwins", { objective: { kind: "barlowTwins", redundancyWeight: 0.02 } }, (parts) => simclrStep({ ...parts, ...each, loss: (a, b) => barlowTwins(a, b, { redundancyWeight: 0.02 }) })],
  ["vicReg", { objective: { kind: "vicReg", invarianceWeight: 5, varianceWeight: 7, covarianceWeight: 2 } }, (parts) => simclrStep({ ...parts, ...each, loss: (a, b) => vicReg(a, b, { invarianceWeight: 5, varianceWeight: 7, covarianceWeight: 2 }) })],
  ["negativeCosineSimilarity", { objective: { kind: "negativeCosineSimilarity" } }, (parts) => simclrStep({ ...parts, ...each, loss: (a, b) => negativeCosineSimilarity(a, b) })],
  ["moco", { objective: { kind: "moco", queueSize: 24 } }, (parts) => mocoStep({ ...parts, temperature: 0.2, queueSize: 24, momentum: 0.999 })],
  ["moco, cosine", { objective: { kind: "moco", queueSize: 24, momentum: 0.9, momentumSchedule: "cosine", finalMomentum: 0.99 } }, (parts) => mocoStep({ ...parts, temperature: 0.2, queueSize: 24, momentum: cosineMomentumSchedule({ start: 0.9, end: 0.99, totalSteps }) })],
  ["byol", { objective: { kind: "byol" } }, (parts) => byolStep({ ...parts, predictor: predictor(4096), momentum: cosineMomentumSchedule({ start: 0.996, totalSteps }) })],
  ["byol, constant", { objective: { kind: "byol", momentum: 0.9, momentumSchedule: "constant", predictorHiddenSize: 16 } }, (parts) => byolStep({ ...parts, predictor: predictor(16), momentum: 0.9 })],
  ["simSiam", { objective: { kind: "simSiam" } }, (parts) => simSiamStep({ ...parts, predictor: predictor(2) })],
]; // biome-ignore format: a table

const valuesOf = (tree: TensorTree) => flattenTree(tree).map(([path, tensor]) => [path, [...tensor.dataSync()]]);

describe("a recipe's objective is the step of @simclr/training that it names", () => {
  test.each(methods)("%s", async (_, changes, make) => {
    const recipe = recipeOf(changes);
    const built = buildStep(recipe, sizes);
    const backbone = buildBackbone(recipe, sizes.imageShape);
    const schedule = warmupCosineSchedule({ peak: 0.1, totalSteps: 7, warmupSteps: 0 });
    const parts = {
      backbone,
      head: nonlinearHead({ inputSize: backbone.featureSize, outputSize: 8, layers: 2, normalizeProjection: false }),
      views: buildViews(recipe),
      optimizer: momentumOptimizer({ learningRate: schedule, weightDecay: 1e-4, excludes: normBiasAndSupervisedHead, momentum: 0.9 }), // biome-ignore format: one line
    };
    const byHand = make(parts as unknown as Parts);
    const images = tf.randomUniform<tf.Rank.R4>([batchSize, 28, 28, 1], 0, 256, "int32", 7);
    const labels = tf.tensor1d([0, 1, 2, 0, 1, 2, 3, 9], "int32");
    const sampled = built.views.map((view, i) => view.sample(randomKey(i), { batchSize, imageSize: [28, 28] }));
    const oneStep = ({ init, step }: TrainStep) => {
      const { step: zero, ...first } = init(randomKey(3));
      // Half of the run is over: schedules are between their ends.
      const state = { ...first, step: tf.scalar(3, "int32") };
      const second = eager(step)(state, images, sampled[0] as never, sampled[1] as never, labels);
      const values = { state: valuesOf(second.state), loss: second.metrics.loss?.dataSync()[0] as number };
      disposeTree([zero, state, second]);
      return values;
    };
    const [own, expected] = [oneStep(built), oneStep(byHand)];
    expect(own).toEqual(expected);
    expect(Number.isFinite(own.loss)).toBe(true);
    disposeTree([images, labels]);
  });
});

describe("a run that was stopped and resumed is the one that was not", () => {
  test.each(["moco", "byol", "simSiam"] as const)("%s", async (kind) => {
    const dataset = subset(await digits({ split: "test" }), [...Array(24).keys()]);
    const recipe = recipeOf({ objective: { kind, queueSize: 16, predictorHiddenSize: 4, momentum: 0.5 } });
    const folder = mkdtempSync(join(tmpdir(), "objective-"));
    const step = buildStep(recipe, sizes);
    const common = { dataset, step, batchSize, epochs: 2, key: randomKey(1), log: { everySteps: 1 } };
    const whole = await pretrain({ ...common, runFolder: join(folder, "whole") });
    const stop = new AbortController();
    const parts = { ...common, runFolder: join(folder, "parts") };
    const onProgress = (event: { step: number }) => event.step === 2 && stop.abort();
    const first = await pretrain({ ...parts, signal: stop.signal, onProgress });
    expect(first).toMatchObject({ interrupted: true, step: 2 });
    const resumed = await pretrain({ ...parts, resume: true });
    expect(readdirSync(join(folder, "parts", "checkpoints"))).toContain("step-00000006");
    expect(resumed.step).toBe(totalSteps);
    expect(valuesOf(resumed.state)).toEqual(valuesOf(whole.state));
    const remembered = flattenTree(resumed.state.objectiveState).map(([path]) => path.split("/")[0]);
    const expected = { moco: ["queue", "target"], byol: ["target"], simSiam: [] }[kind];
    expect([...new Set(remembered)].sort()).toEqual(expected);
    const losses = async (run: string) => (await readMetrics(join(folder, run))).map(({ step, loss }) => [step, loss]);
    expect(await losses("parts")).toEqual(await losses("whole"));
    disposeTree([whole.state, first.state, resumed.state]);
  });
});

const refused = (changes: Partial<RecipeInput>, classCount?: number) => {
  try {
    const { batchSize, exampleCount, imageShape } = sizes;
    buildStep(recipeOf(changes), { batchSize, exampleCount, imageShape, ...(classCount && { classCount }) });
  } catch (error) {
    if (isSimclrError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was refused");
};

test.each<[string, Partial<RecipeInput>, RegExp]>([
  ["supCon without labels", { objective: { kind: "supCon" } }, /CLI__LABELS_MISSING/],
  ["a linear probe without labels", { evaluation: { linearProbe: true } }, /CLI__LABELS_MISSING.*linearProbe/],
  ["a queue shorter than the batch", { objective: { kind: "moco", queueSize: 7 } }, /INVALID_RECIPE_VALUE.*objective\.queueSize to be at least the batch, 8/],
  ["micro batches that are not whole", { batchSize: "auto", microBatchSize: 3 }, /INVALID_RECIPE_VALUE.*microBatchSize to be a divisor of the batch, 8/],
  ["the same in the recipe", { microBatchSize: 3 }, /INVALID_RECIPE_VALUE.*microBatchSize to be a divisor of batchSize, which is 8/],
  ["other statistics of a queue's network", { objective: { kind: "moco", batchStatistics: "eachView" } }, /INVALID_RECIPE_VALUE.*objective\.batchStatistics to be null/],
  ["micro batches of a queue", { microBatchSize: 4, objective: { kind: "moco" } }, /INVALID_RECIPE_VALUE.*microBatchSize to be null with objective\.kind=moco/],
  ["hard negatives among semi-hard ones", { loss: { hardNegativeConcentration: 1, negatives: "semi-hard" } }, /INVALID_RECIPE_VALUE.*loss\.hardNegativeConcentration to be null/],
])("%s is refused", (_, changes, message) => expect(refused(changes)).toMatch(message)); // biome-ignore format: a table
