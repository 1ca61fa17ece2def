import { recipeKeys } from "../recipe/recipe-keys.js";

/** Commands that take settings of a recipe. */
const takers = ["pretrain", "describe", "import", "experiment"];

/**
 * What was meant by `simclr pretrain ./photos --epochs 3`: a recipe's settings are no options of their own.
 *
 * @param message of commander, which knows its own options alone
 * @returns undefined where no setting has the option's name, or the command takes none
 */
export function settingHint(message: string, words: readonly string[]): string | undefined {
  const option = /unknown option '--([\w.-]+)/.exec(message)?.[1];
  if (option === undefined || !takers.some((command) => words.includes(command))) return undefined;
  const name = option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const keys = recipeKeys().map(({ key }) => key);
  const meant = keys.find((key) => key === name) ?? keys.find((key) => key.endsWith(`.${name}`));
  return meant && `A setting of the recipe is meant? --set ${meant}=<value>`;
}
