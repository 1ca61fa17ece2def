import type { Compile } from "@simclr/core";
import { compile } from "@simclr/runtime";
import type { Recipe } from "../recipe/recipe-schema.js";

/** The runtime's compile with a recipe's precision, and with XLA or without where the recipe decides. */
export function recipeCompile({ precision, xla }: Pick<Recipe, "precision" | "xla">): Compile {
  return (fn, options) => compile(fn, { precision, ...(xla !== "auto" && { xla }), ...options });
}
