import { builtInRecipes } from "../recipe/built-in-recipes.js";
import { defineRecipe } from "../recipe/define-recipe.js";
import { withOverrides } from "../recipe/recipe-overrides.js";
import type { Recipe } from "../recipe/recipe-schema.js";

export const scaleNames = ["tiny", "cifar", "imagenet"] as const;

/** How large an experiment is. */
export type ScaleName = (typeof scaleNames)[number];

export interface Scale {
  readonly name: ScaleName;
  /** In words, for `--help`. */
  readonly title: string;
  /** The images where none are named. */
  readonly data: string | undefined;
  /** What every run starts from. */
  readonly recipe: Recipe;
  /** Epochs of a supervised run that is compared with one of the recipe. */
  readonly supervisedEpochs: number;
  /** Of supervised runs and of fine-tuning. */
  readonly supervisedBatchSize: number;
}

const tiny = defineRecipe({
  description: "An experiment in minutes on two cores.",
  imageSize: 20,
  exampleCount: 5000,
  epochs: 6,
  batchSize: 128,
  temperature: 0.2,
  view: { colorStrength: 0.5, blurProbability: 0 },
  backbone: { depth: 18, width: 0.25, stem: "cifar" },
  head: { layers: 2, outputSize: 64 },
  optimizer: { kind: "adamw", learningRate: 0.002, learningRateScaling: "none", warmupEpochs: 1, weightDecay: 1e-4 },
  evaluation: { linearEpochs: 40, exampleCount: 5000 },
  checkpoints: { everyEpochs: 1, keepLast: 1 },
});

/** One for each of `--scale`'s words. At `cifar` and `imagenet` runs have 100 epochs, as in the paper's comparisons. */
export function scaleNamed(name: ScaleName): Scale {
  const hundred = (recipe: string) =>
    withOverrides(builtInRecipes[recipe] as Recipe, ["epochs=100", "checkpoints.keepLast=1"]);
  const scales: Record<ScaleName, Scale> = {
    tiny: {
      name: "tiny",
      title: "20 pixels, 5,000 images, a quarter of ResNet-18's width, 6 epochs: within half an hour on two cores",
      data: "digits",
      recipe: tiny,
      supervisedEpochs: 6,
      supervisedBatchSize: 64,
    },
    cifar: {
      name: "cifar",
      title: "CIFAR-10, ResNet-18, 100 epochs: days on one GPU",
      data: "cifar10",
      recipe: hundred("cifar10-resnet18"),
      supervisedEpochs: 100,
      supervisedBatchSize: 256,
    },
    imagenet: {
      name: "imagenet",
      title: "ImageNet, ResNet-50, batch 4096, 100 epochs, as in the paper: many GPUs",
      data: undefined,
      recipe: hundred("imagenet-resnet50"),
      supervisedEpochs: 90,
      supervisedBatchSize: 256,
    },
  };
  return scales[name];
}
