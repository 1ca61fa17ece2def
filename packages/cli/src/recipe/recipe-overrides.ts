import { invalidOption } from "../errors.js";
import { defineRecipe } from "./define-recipe.js";
import { unknownRecipeKey } from "./recipe-issue.js";
import { recipeKeys } from "./recipe-keys.js";
import type { Recipe } from "./recipe-schema.js";

/**
 * A recipe with some of its leaves replaced, as `--set optimizer.learningRate=0.5` says.
 *
 * @param assignments `key=value`; a value is JSON, or else a text
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION, SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY, SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE
 */
export function withOverrides(recipe: Recipe, assignments: readonly string[]): Recipe {
  const known = new Set(recipeKeys().map(({ key }) => key));
  const changed = structuredClone(recipe) as Record<string, unknown>;
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    if (equals < 1) throw notAnAssignment(assignment);
    const key = assignment.slice(0, equals);
    if (!known.has(key)) throw unknownRecipeKey(key);
    const path = key.split(".");
    const leaf = path.pop() as string;
    const parent = path.reduce((record, name) => record[name] as Record<string, unknown>, changed);
    parent[leaf] = jsonOrText(assignment.slice(equals + 1));
  }
  return defineRecipe(changed as Recipe);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function notAnAssignment(assignment: string) {
  const remedy = "For example: --set optimizer.learningRate=0.5. `simclr recipes --keys` lists the keys.";
  return invalidOption("--set", `--set ${assignment}`, "--set key=value", remedy);
}
