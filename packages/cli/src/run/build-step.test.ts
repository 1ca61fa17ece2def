import { below, disposeTree, eager, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { type ContrastiveLoss, marginTriplet, ntLogistic, ntXent } from "@simclr/losses";
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { RecipeInput } from "../recipe/recipe-schema.js";
import { buildHead, buildStep } from "./build-step.js";

beforeAll(() => useTensorFlow({ device: "cpu" }));

const losses: [RecipeInput["loss"], ContrastiveLoss][] = [
  [{}, (a, b) => ntXent(a, b, { temperature: 0.5 })],
  [{ negatives: "semi-hard" }, (a, b) => ntXent(a, b, { temperature: 0.5, negatives: "semi-hard" })],
  [{ normalize: false }, (a, b) => ntXent(a, b, { temperature: 0.5, normalize: false })],
  [{ kind: "ntLogistic" }, (a, b) => ntLogistic(a, b, { temperature: 0.5 })],
  [
    { kind: "marginTriplet", margin: 0.4, negatives: "semi-hard" },
    (a, b) => marginTriplet(a, b, { margin: 0.4, negatives: "semi-hard" }),
  ],
];

test.each(losses)("the loss of %j is the recipe's", (loss, expected) => {
  const batchSize = 6;
  const recipe = defineRecipe({
    description: "Small.",
    imageSize: 8,
    epochs: 1,
    batchSize,
    temperature: 0.5,
    loss,
    backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
    head: { layers: 2, outputSize: 4 },
    optimizer: { kind: "sgd", learningRate: 0.1, warmupEpochs: 0 },
  });
  const { backbone, head, views, init, step } = buildStep(recipe, {
    batchSize,
    exampleCount: 12,
    imageShape: [10, 10, 3],
  });
  const state = init(randomKey(1));
  const images = tf.randomUniform<tf.Rank.R4>([batchSize, 10, 10, 3], 0, 256, "int32", 7);
  const sampled = views.map((view, i) => view.sample(randomKey(i), { batchSize, imageSize: [10, 10] }));
  const written = tf.tidy(() => {
    const pixels = tf.div<tf.Tensor4D>(images, 255);
    const batch = tf.concat(views.map((view, i) => view.apply(pixels, sampled[i] as never)));
    const apply = { training: true } as const;
    const variables = (name: string) => [below(name, state.params), below(name, state.batchStats)] as const;
    const { features } = backbone.apply(...variables("backbone"), batch, apply).outputs;
    const { projection } = head.apply(...variables("head"), features as tf.Tensor, apply).outputs;
    const [a, b] = tf.split(projection as tf.Tensor2D, 2) as [tf.Tensor2D, tf.Tensor2D];
    return expected(a, b).dataSync()[0] as number;
  });
  const { state: next, metrics } = eager(step)(state, images, sampled[0] as never, sampled[1] as never);
  expectClose(metrics.loss as tf.Tensor, [written], { relative: 1e-5 });
  expect(Number.isFinite(written)).toBe(true);
  disposeTree([state, next, metrics, images]);
});

test("a head without batch norms has biases, and its projection none either", () => {
  const head = { kind: "nonlinear", layers: 2, hiddenSize: 3, outputSize: 4, batchNorm: false } as const;
  const { spec, variableShapes } = buildHead({ ...head, normalizeProjection: true }, 5);
  expect(spec).toMatchObject({ batchNorm: false, normalizeProjection: false });
  expect(variableShapes).toEqual({
    params: { "dense1/kernel": [5, 3], "dense1/bias": [3], "dense2/kernel": [3, 4], "dense2/bias": [4] },
    state: {},
  });
});

const optimizers: [RecipeInput["optimizer"], (lengths: Lengths) => number[], expected: number][] = [
  // Every kernel with a gradient moves by the learning rate's share of its own length.
  [{ kind: "lamb", learningRate: 0.01, weightDecay: 0 }, ({ moved, own }) => moved.map((m, i) => m / (own[i] as number)).filter(Boolean), 0.01], // biome-ignore format: one line
  [{ kind: "sgd", learningRate: 0.5, weightDecay: 0, clipGlobalNorm: 0.01 }, ({ all }) => [all], 0.005],
];

interface Lengths {
  readonly moved: number[];
  readonly own: number[];
  readonly all: number;
}

test.each(optimizers)("the optimizer of %j is the recipe's", (optimizer, measured, expected) => {
  const batchSize = 6;
  const { views, init, step } = buildStep(
    defineRecipe({
      description: "Small.",
      imageSize: 8,
      epochs: 1,
      batchSize,
      backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
      head: { layers: 2, outputSize: 4 },
      optimizer: { learningRateScaling: "none", warmupEpochs: 0, ...optimizer },
    }),
    { batchSize, exampleCount: 12, imageShape: [10, 10, 3] },
  );
  const state = init(randomKey(1));
  const images = tf.randomUniform<tf.Rank.R4>([batchSize, 10, 10, 3], 0, 256, "int32", 7);
  const sampled = views.map((view, i) => view.sample(randomKey(i), { batchSize, imageSize: [10, 10] }));
  const { state: next, metrics } = eager(step)(state, images, sampled[0] as never, sampled[1] as never);
  const lengths = tf.tidy(() => {
    const norm = (tensor: tf.Tensor) => tf.norm(tensor).dataSync()[0] as number;
    const difference = (path: string) => tf.sub(next.params[path] as tf.Tensor, state.params[path] as tf.Tensor);
    const kernels = Object.keys(state.params).filter((path) => path.endsWith("kernel"));
    return {
      moved: kernels.map((path) => norm(difference(path))),
      own: kernels.map((path) => norm(state.params[path] as tf.Tensor)),
      all: Math.hypot(...Object.keys(state.params).map((path) => norm(difference(path)))),
    };
  });
  expect(measured(lengths)).not.toEqual([]);
  for (const value of measured(lengths)) expect(value / expected).toBeCloseTo(1, 3);
  disposeTree([state, next, metrics, images]);
});
