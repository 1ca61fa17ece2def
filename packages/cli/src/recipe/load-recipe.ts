import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { createJiti } from "jiti";
import { isSimclrError, simclrError } from "../errors.js";
import { builtInRecipes } from "./built-in-recipes.js";
import { defineRecipe } from "./define-recipe.js";
import { nearest } from "./recipe-keys.js";
import type { Recipe, RecipeInput } from "./recipe-schema.js";

/**
 * A recipe by the name of a built-in one, or from a file: TypeScript or JavaScript with a default export, or JSON.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_RECIPE, SIMCLR_ERROR__CLI__RECIPE_FILE, and {@link defineRecipe}'s
 */
export async function loadRecipe(nameOrFile: string): Promise<Recipe> {
  const builtIn = Object.hasOwn(builtInRecipes, nameOrFile) ? builtInRecipes[nameOrFile] : undefined;
  if (builtIn) return builtIn;
  const looksLikeFile = extname(nameOrFile) !== "" || /[\\/]/.test(nameOrFile);
  if (!looksLikeFile && !existsSync(nameOrFile)) throw unknownRecipe(nameOrFile);
  return defineRecipe((await read(resolve(nameOrFile))) as RecipeInput);
}

async function read(file: string): Promise<unknown> {
  if (!existsSync(file)) throw recipeFile(file, "there is no such file");
  try {
    if (extname(file) === ".json") return JSON.parse(await readFile(file, "utf8"));
    // A recipe outside of any project still finds `simclr/recipe`: this very package.
    const alias = { "simclr/recipe": createRequire(import.meta.url).resolve("simclr/recipe") };
    return await createJiti(import.meta.url, { alias, moduleCache: false }).import(file, { default: true });
  } catch (cause) {
    // What the recipe's own defineRecipe refuses says more than "the file cannot be loaded".
    if (isSimclrError(cause)) throw cause;
    throw recipeFile(file, (cause as Error).message, cause);
  }
}

function unknownRecipe(name: string) {
  const known = Object.keys(builtInRecipes);
  const meant = nearest(name, known);
  return simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_RECIPE",
    { name, known, ...(meant && { nearest: meant }) },
    {
      expected: `a recipe, ${known.join(", ")}, or a file`,
      received: `"${name}"`,
      remedy: meant ? `Did you mean "${meant}"?` : "A file of your own is named with its ending: ./my-recipe.ts",
    },
  );
}

function recipeFile(file: string, reason: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__CLI__RECIPE_FILE",
    { file, reason },
    {
      expected: `a recipe in ${file}`,
      received: reason,
      remedy: "A recipe file is JSON, or `export default defineRecipe({ ... })`; `simclr recipes digits` prints one.",
    },
    cause,
  );
}
