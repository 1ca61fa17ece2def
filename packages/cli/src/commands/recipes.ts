import { Command } from "commander";
import { builtInRecipes } from "../recipe/built-in-recipes.js";
import { loadRecipe } from "../recipe/load-recipe.js";
import { recipeDefault, recipeKeys } from "../recipe/recipe-keys.js";

export function recipesCommand(): Command {
  return new Command("recipes")
    .argument("[name|file]", "print this recipe as JSON, every setting with its value")
    .option("--keys", "list every setting that --set can change, with what it has to be and where its default is from")
    .addHelpText(
      "after",
      `
Examples:
  simclr recipes
  simclr recipes photos > mine.json     change it, then: simclr pretrain ./photos --recipe ./mine.json`,
    )
    .action(async (name: string | undefined, { keys }: { keys?: boolean }) => {
      process.stdout.write(
        `${keys ? keyLines() : name ? JSON.stringify(await loadRecipe(name), null, 2) : recipeLines()}\n`,
      );
    });
}

function recipeLines(): string {
  const names = Object.keys(builtInRecipes);
  const width = Math.max(...names.map((name) => name.length));
  return Object.entries(builtInRecipes)
    .map(([name, { description }]) => `${name.padEnd(width)}  ${description}`)
    .join("\n");
}

function keyLines(): string {
  return recipeKeys()
    .map(({ key, expected, description }) => {
      const value = recipeDefault(key);
      const standard = value === undefined ? "" : `; default ${JSON.stringify(value)}`;
      return `${key}\n    ${description}\n    ${expected}${standard}`;
    })
    .join("\n");
}
