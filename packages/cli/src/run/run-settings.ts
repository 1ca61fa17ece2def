import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { simclrError } from "../errors.js";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { Recipe } from "../recipe/recipe-schema.js";

/** What the command line keeps with a run, to go on with it and to measure it. */
export interface RunSettings {
  /** `digits`, or an absolute path. */
  readonly data: string;
  readonly recipe: Recipe;
}

/**
 * The settings that a run was started with.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_NOT_FOUND
 */
export async function readRunSettings(runFolder: string): Promise<RunSettings> {
  const text = await readFile(join(runFolder, "config.json"), "utf8").catch(() => undefined);
  const saved = text === undefined ? undefined : (JSON.parse(text) as { recipe?: RunSettings }).recipe;
  if (saved?.data && saved.recipe) return { data: saved.data, recipe: defineRecipe(saved.recipe) };
  throw simclrError(
    "SIMCLR_ERROR__CLI__RUN_NOT_FOUND",
    { runFolder },
    {
      expected: `the folder of a run of \`simclr pretrain\` at ${runFolder}`,
      received: existsSync(runFolder) ? "a folder without such a run's config.json" : "nothing there",
      remedy: "Runs lie in ./runs unless --run named another folder.",
    },
  );
}

/**
 * Refuses to begin a run where one is already.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_EXISTS
 */
export function refuseExistingRun(runFolder: string): void {
  if (!existsSync(join(runFolder, "config.json"))) return;
  throw simclrError(
    "SIMCLR_ERROR__CLI__RUN_EXISTS",
    { runFolder },
    {
      expected: "the folder of a new run",
      received: `${runFolder}, where there is one`,
      remedy: `Go on with it, simclr pretrain --run ${typed(runFolder)} --resume, or name another folder.`,
    },
  );
}

/** A path as the user would type it: relative where that is shorter. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short !== "" && short.length < path.length ? short : path;
}

/** A path within a command for the user to type: quoted where a shell would take it apart. */
export function typed(path: string): string {
  const short = shown(path);
  return /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`;
}

/** `runs/digits-20261124-041500`: a folder of its own for every run, sorted by time. */
export function newRunFolder(name: string, now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return join("runs", `${name}-${stamp}`);
}
