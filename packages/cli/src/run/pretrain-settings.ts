import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { invalidOption } from "../errors.js";
import { defineRecipe } from "../recipe/define-recipe.js";
import { loadRecipe } from "../recipe/load-recipe.js";
import { withOverrides } from "../recipe/recipe-overrides.js";
import type { Recipe, RecipeInput } from "../recipe/recipe-schema.js";
import { isDatasetName } from "./dataset-folder.js";
import { findDataset } from "./find-dataset.js";
import { newRunFolder, type RunSettings, readRunSettings, refuseExistingRun } from "./run-settings.js";

export interface PretrainSettingsOptions {
  /**
   * `digits`, `cifar10`, `cifar100`, `stl10`, `tiny-imagenet`, a folder of images or shards. Can be left out when resuming.
   */
  readonly data?: string | undefined;
  /** A recipe, or a built-in one's name, or a file. Default: by what `data` is. */
  readonly recipe?: string | RecipeInput | undefined;
  /** Settings of the recipe to replace: `["batchSize=128", "optimizer.learningRate=0.5"]`. */
  readonly set?: readonly string[] | undefined;
  /** Default: a new folder in `runs/`. */
  readonly runFolder?: string | undefined;
  /** Goes on with the run in `runFolder`. Default false. */
  readonly resume?: boolean | undefined;
}

/**
 * Everything that a run is, from what was asked for; or from its folder, when it goes on.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION, SIMCLR_ERROR__CLI__RUN_EXISTS, SIMCLR_ERROR__CLI__RUN_NOT_FOUND, and the
 *   errors of recipes
 */
export async function pretrainSettings(options: PretrainSettingsOptions): Promise<RunSettings & { runFolder: string }> {
  return options.resume ? savedSettings(options) : newSettings(options);
}

async function newSettings({ data, recipe, set = [], runFolder }: PretrainSettingsOptions) {
  if (data === undefined) {
    throw invalidOption(
      "data",
      "no images",
      "digits, cifar10, cifar100, stl10, tiny-imagenet or a path of images",
      "For example: simclr pretrain digits",
    );
  }
  if (runFolder !== undefined) refuseExistingRun(resolve(runFolder));
  const chosen = recipe ?? (await defaultRecipe(data));
  const base = typeof chosen === "string" ? await loadRecipe(chosen) : defineRecipe(chosen);
  const name = typeof chosen === "string" ? basename(chosen, extname(chosen)) : basename(data);
  const asked = fromHere(withOverrides(base, set));
  const namesBackbone = set.some((assignment) => /^backbone\.(?!recompute=)/.test(assignment));
  const settings = namesBackbone ? asked : await withBackboneOfStart(asked);
  return { data, recipe: settings, runFolder: resolve(runFolder ?? newRunFolder(name)) };
}

/** A run that begins with another run's encoder has its backbone, unless the user names one. */
async function withBackboneOfStart(recipe: Recipe): Promise<Recipe> {
  if (recipe.startFrom === null) return recipe;
  const { backbone } = (await readRunSettings(recipe.startFrom)).recipe;
  return { ...recipe, backbone: { ...backbone, recompute: recipe.backbone.recompute } };
}

async function savedSettings({ data, recipe, set = [], runFolder }: PretrainSettingsOptions) {
  if (runFolder === undefined) {
    throw invalidOption("--resume", "no run", "--run, the folder of the run to go on with", "Runs lie in ./runs.");
  }
  if (recipe !== undefined) {
    const remedy = "Leave --recipe out; --set changes single settings, such as epochs.";
    throw invalidOption("--recipe", "another recipe", "a resumed run to keep its recipe", remedy);
  }
  const saved = await readRunSettings(resolve(runFolder));
  if (data !== undefined && data !== saved.data && resolve(data) !== saved.data && !isDatasetName(data)) {
    throw invalidOption("data", data, `the images that the run was started with, ${saved.data}`, "Leave them out.");
  }
  return { data: saved.data, recipe: withOverrides(saved.recipe, set), runFolder: resolve(runFolder) };
}

async function defaultRecipe(data: string): Promise<string> {
  const kind = existsSync(data) ? (await findDataset(resolve(data))).kind : data;
  return { digits: "digits", cifar10: "cifar10-quick", cifar100: "cifar10-quick" }[kind as string] ?? "photos";
}

/** With paths that mean the same when the run goes on elsewhere. */
function fromHere(recipe: Recipe): Recipe {
  const absolute = (path: string | null) => (path === null ? null : resolve(path));
  const { validationLabels, cacheFolder } = recipe.data;
  const data = { validationLabels: absolute(validationLabels), cacheFolder: absolute(cacheFolder) };
  return { ...recipe, startFrom: absolute(recipe.startFrom), data: { ...recipe.data, ...data } };
}
