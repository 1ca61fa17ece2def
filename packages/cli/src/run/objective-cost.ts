import type { Head } from "@simclr/core";
import type { Recipe } from "../recipe/recipe-schema.js";
import { predictorFor } from "./build-objective.js";

/** What a recipe's method needs beside the encoder and the head. */
export interface ObjectiveCost {
  /** Parameters that learn, of the predictor. */
  readonly predictorParameters: number;
  /** Numbers that it remembers from step to step: a network that follows the encoder and the head, a queue. */
  readonly remembered: { readonly targetNetwork: boolean; readonly numbers: number };
  /** Images whose activations are kept at a time. */
  readonly imagesInMemory: number;
  /** Passes of an image through the encoder in a step of so many views; a backward pass costs two forward ones. */
  readonly imagePasses: number;
}

/** The images, activations and numbers of a step by a recipe's objective. */
export function objectiveCost(
  recipe: Pick<Recipe, "objective" | "microBatchSize">,
  { outputSize }: Pick<Head, "outputSize">,
  batchSize: number,
): ObjectiveCost {
  const { kind, queueSize } = recipe.objective;
  const predictor = predictorFor(recipe, outputSize);
  const views = 2 * batchSize;
  const isFollowed = kind === "moco" || kind === "byol";
  // MoCo's gradient is in one view alone; the other goes through the network that follows.
  const learned = kind === "moco" ? batchSize : views;
  const isChunked = recipe.microBatchSize !== null && recipe.microBatchSize < batchSize;
  const withoutGradient = kind === "moco" ? batchSize : kind === "byol" || isChunked ? views : 0;
  return {
    predictorParameters: predictor ? numbersIn(predictor.variableShapes.params) : 0,
    remembered: { targetNetwork: isFollowed, numbers: kind === "moco" ? queueSize * outputSize : 0 },
    imagesInMemory: isChunked ? 2 * (recipe.microBatchSize as number) : learned,
    imagePasses: 3 * learned + withoutGradient,
  };
}

/** How many numbers tensors of such shapes hold. */
export function numbersIn(shapes: Readonly<Record<string, readonly number[]>>): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
