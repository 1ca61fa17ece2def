import { flattenTree, type Parameters, type TensorTree } from "@simclr/core";
import {
  adam,
  adamw,
  applyUpdates,
  constantSchedule,
  normBiasAndSupervisedHead as excludes,
  type GradientTransformation,
  lamb,
  lars,
  momentum,
} from "@simclr/optimizers";
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { RecipeInput } from "../recipe/recipe-schema.js";
import { buildOptimizer } from "./build-optimizer.js";

beforeAll(() => useTensorFlow({ device: "cpu" }));

const learningRate = constantSchedule(0.1);

function optimizerOf(optimizer: Partial<RecipeInput["optimizer"]>): GradientTransformation<TensorTree> {
  const whole = { learningRate: 0.1, ...optimizer };
  const recipe = defineRecipe({ description: "Small.", imageSize: 8, epochs: 10, batchSize: 8, optimizer: whole });
  return buildOptimizer(recipe.optimizer, learningRate);
}

type Extra = Record<string, number[]>;

/** Two steps; what became of the parameters, and what is remembered. */
function walked<State extends TensorTree>(optimizer: GradientTransformation<State>, extra: Extra = {}) {
  return tf.tidy(() => {
    const tensors = (values: Record<string, number[]>): Parameters =>
      Object.fromEntries(Object.entries(values).map(([path, v]) => [path, tf.tensor1d(v)]));
    let params = tensors({ "a/kernel": [3, -4], "a/bias": [0.5, 1], ...extra });
    let state = optimizer.init(params);
    for (const [step, sign] of [1, -2].entries()) {
      const scaled = ([path, v]: [string, number[]]) => [path, v.map((x) => sign * x)] as const;
      const gradients = { "a/kernel": [0.6, 0.8], "a/bias": [1, -1], ...extra };
      const own = tensors(Object.fromEntries(Object.entries(gradients).map(scaled)));
      const [updates, next] = optimizer.update(own, state, params, tf.scalar(step));
      params = applyUpdates(params, updates);
      state = next;
    }
    return flattenTree({ params, state }).map(([path, tensor]) => [path, [...tensor.dataSync()]]);
  });
}

const rules: [Partial<RecipeInput["optimizer"]>, GradientTransformation<never>][] = [
  [{}, lars({ learningRate, weightDecay: 1e-4 })],
  [
    { trustCoefficient: 0.02, clipTrustRatio: true, larsVariant: "pytorch", momentum: 0.8, weightDecay: 0.1 },
    lars({ learningRate, trustCoefficient: 0.02, clip: true, variant: "pytorch", momentum: 0.8, weightDecay: 0.1 }),
  ],
  [{ larsVariant: "popular", nesterov: true }, lars({ learningRate, variant: "popular", nesterov: true, weightDecay: 1e-4 })],
  [{ kind: "sgd", nesterov: true }, momentum({ learningRate, nesterov: true, weightDecay: 1e-4, excludes })],
  [{ kind: "adam", beta1: 0.8, beta2: 0.9 }, adam({ learningRate, beta1: 0.8, beta2: 0.9, weightDecay: 1e-4, excludes })],
  [{ kind: "adamw", beta1: 0.8, beta2: 0.9 }, adamw({ learningRate, beta1: 0.8, beta2: 0.9, weightDecay: 1e-4, excludes })],
  [{ kind: "lamb", beta1: 0.8, beta2: 0.9 }, lamb({ learningRate, beta1: 0.8, beta2: 0.9, weightDecay: 1e-4 })],
] as never; // biome-ignore format: a table

test.each(rules)("the optimizer of %j is that of @simclr/optimizers", (settings, expected) => {
  expect(walked(optimizerOf(settings))).toEqual(walked(expected as GradientTransformation<TensorTree>));
});

test("a linear probe's gradient does not shorten the encoder's where they are clipped", () => {
  const clipping = optimizerOf({ kind: "sgd", clipGlobalNorm: 0.5 });
  const encoder = (walk: ReturnType<typeof walked>) =>
    walk.filter(([path]) => !String(path).includes("supervisedHead"));
  const beside = walked(clipping, { "supervisedHead/kernel": [100, 200] });
  expect(encoder(beside)).toEqual(walked(clipping));
  expect(encoder(beside)).not.toEqual(walked(optimizerOf({ kind: "sgd" })));
});
