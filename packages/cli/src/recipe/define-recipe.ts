import { invalidRecipe } from "./recipe-issue.js";
import { type Recipe, type RecipeInput, recipeSchema } from "./recipe-schema.js";

/**
 * A recipe: everything a run depends on, apart from its images. What has a default can be left out.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY, SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE
 * @example
 * ```ts
 * import { defineRecipe } from "simclr/recipe";
 * const batchSize = 128;
 * export default defineRecipe({
 *   description: "Icons of 48 pixels.",
 *   imageSize: 48,
 *   epochs: 100,
 *   batchSize,
 *   view: { flipProbability: 0, blurProbability: 0 },
 *   optimizer: { kind: "sgd", learningRate: (0.06 * batchSize) / 128, learningRateScaling: "none" },
 * });
 * ```
 */
export function defineRecipe(input: RecipeInput): Recipe {
  const parsed = recipeSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidRecipe(parsed.error, input);
}
