export { defineRecipe } from "./recipe/define-recipe.js";
export type { Recipe, RecipeInput } from "./recipe/recipe-schema.js";
