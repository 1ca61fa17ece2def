import { countParameters, disposeTree, flattenTree, randomKey, type TensorTree } from "@simclr/core";
import { useTensorFlow } from "@simclr/runtime";
import { expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import { buildStep } from "./build-step.js";
import { describeRecipe } from "./describe-recipe.js";

test("the paper's ImageNet recipe has the counts of the reference and of torchvision", async () => {
  const description = await describeRecipe({ recipe: "imagenet-resnet50" });
  expect(description).toMatchObject({ name: "ResNet-50", headParameters: 4_460_672, batchSize: 4096 });
  expect(description.encoder).toMatchObject({ parameters: 23_508_032, imagesShape: [8192, 224, 224, 3] });
  // torchvision's 4.089 G without its classifier.
  const forward = 4_089_184_256 - 2048 * 1000;
  expect(description.encoder.multiplyAccumulatesPerImage).toBe(forward);
  expect(description.multiplyAccumulatesPerStep).toBe(3 * 8192 * forward);
  // 128 of the README's batches of 64 at 224 pixels: 6.66 GiB each, 1.75 recomputed of which a little does not grow.
  expect(description.bytes.activations / 2 ** 30 / 128).toBeCloseTo(6.66, 2);
  expect(description.recomputedActivationBytes / 2 ** 30 / 128).toBeCloseTo(1.747, 2);
});

test("SimCLRv2's largest network is told of by --set", async () => {
  const set = [
    "backbone.depth=152",
    "backbone.width=3",
    "backbone.selectiveKernels=0.0625",
    "backbone.recompute=blocks",
  ];
  const description = await describeRecipe({ recipe: "imagenet-resnet50", set });
  expect([description.name, description.encoder.parameters]).toEqual(["ResNet-152 × 3 SK", 794_704_160]);
  expect(description.bytes.activations).toBe(description.recomputedActivationBytes);
});

test.each(["lars", "sgd", "adam", "adamw", "lamb"] as const)(
  "%s keeps as many numbers as it is said to",
  async (kind) => {
    await useTensorFlow();
    const recipe = defineRecipe({
      description: "Small.",
      imageSize: 16,
      epochs: 10,
      batchSize: 8,
      backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
      head: { layers: 2, outputSize: 4 },
      optimizer: { kind, learningRate: 0.1 },
    });
    const { bytes } = await describeRecipe({ recipe, channels: 1 });
    const state = buildStep(recipe, { batchSize: 8, exampleCount: 16, imageShape: [16, 16, 1] }).init(randomKey(0));
    const numbers = (tree: TensorTree) => flattenTree(tree).reduce((sum, [, { size }]) => sum + size, 0);
    expect(bytes.parameters).toBe(4 * countParameters(state.params));
    expect(bytes.gradients).toBe(bytes.parameters);
    expect(bytes.optimizer).toBe(4 * numbers(state.optimizerState));
    disposeTree(state);
  },
);

test.each([
  ["simclr", 2 * 8, 3 * 16],
  ["moco", 8, 3 * 8 + 8],
  ["byol", 2 * 8, 3 * 16 + 16],
  ["simSiam", 2 * 8, 3 * 16],
] as const)("%s needs what its state holds", async (kind, imagesInMemory, imagePasses) => {
  const recipe = defineRecipe({
    description: "Small.",
    imageSize: 16,
    epochs: 10,
    batchSize: 8,
    objective: { kind, queueSize: 12 },
    backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
    head: { layers: 2, outputSize: 8 },
    optimizer: { kind: "sgd", learningRate: 0.1 },
  });
  const { bytes, encoder, ...described } = await describeRecipe({ recipe, channels: 1 });
  const state = buildStep(recipe, { batchSize: 8, exampleCount: 16, imageShape: [16, 16, 1] }).init(randomKey(0));
  const numbers = (tree: TensorTree) => flattenTree(tree).reduce((sum, [, { size }]) => sum + size, 0);
  expect(bytes.parameters).toBe(4 * countParameters(state.params));
  expect(bytes.optimizer).toBe(4 * numbers(state.optimizerState));
  expect(bytes.objective).toBe(4 * numbers(state.objectiveState));
  expect(encoder.imagesShape[0]).toBe(imagesInMemory);
  expect(described.multiplyAccumulatesPerStep).toBe(imagePasses * encoder.multiplyAccumulatesPerImage);
  disposeTree(state);
});

test("micro batches keep fewer activations for one more forward pass", async () => {
  const set = (microBatchSize: string) => [`microBatchSize=${microBatchSize}`];
  const whole = await describeRecipe({ recipe: "cifar10-resnet18", set: set("null") });
  const small = await describeRecipe({ recipe: "cifar10-resnet18", set: set("128") });
  expect(small.encoder.imagesShape[0]).toBe(256);
  expect(small.bytes.activations / whole.bytes.activations).toBeCloseTo(1 / 4, 3);
  expect(small.multiplyAccumulatesPerStep / whole.multiplyAccumulatesPerStep).toBeCloseTo(4 / 3, 10);
});
