import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Student } from "@simclr/evaluation";
import { loadNetwork } from "@simclr/training";
import { invalidOption } from "../errors.js";
import { loadRecipe } from "../recipe/load-recipe.js";
import { buildBackbone } from "./build-backbone.js";

/** Whom a run teaches. */
export interface OpenStudent {
  /** The run's or the recipe's, for people. */
  readonly name: string;
  readonly network: Student;
  /** Frees what was loaded. */
  dispose(): void;
}

/**
 * A student by the folder of a run, whose network goes on from what it learned, or by a recipe, whose network begins with random
 * numbers.
 *
 * @param imageShape of the images that both see
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION for a run on images of other channels; the errors of `loadNetwork` and {@link loadRecipe}
 */
export async function openStudent(
  runOrRecipe: string,
  imageShape: readonly [height: number, width: number, channels: number],
): Promise<OpenStudent> {
  const name = basename(resolve(runOrRecipe));
  if (!statSync(runOrRecipe, { throwIfNoEntry: false })?.isDirectory()) {
    const backbone = buildBackbone(await loadRecipe(runOrRecipe), imageShape);
    return { name, network: { backbone }, dispose: () => {} };
  }
  const network = await loadNetwork(runOrRecipe);
  const { inputChannels = 3 } = network.backbone.spec;
  if (inputChannels === imageShape[2]) return { name, network, dispose: network.dispose };
  network.dispose();
  const expected = `a run on images of ${imageShape[2]} channels`;
  throw invalidOption("--student", `${runOrRecipe}, of ${inputChannels}`, expected, "Both see the same images.");
}
