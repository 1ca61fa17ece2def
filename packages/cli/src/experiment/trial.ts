import { createHash } from "node:crypto";
import type { Json } from "@simclr/core";
import { withOverrides } from "../recipe/recipe-overrides.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { Cell, Experiment, Measure } from "./experiment.js";
import type { Scale } from "./scale.js";

/** One cell with one seed. */
export interface Trial {
  readonly cell: Cell;
  readonly seed: number;
  readonly recipe: Recipe;
  /** Names the run that it measures; runs with the same recipe and images are one. Supervised trials have none. */
  readonly run: string | undefined;
  /** Names its result: the run and the measure. */
  readonly name: string;
}

/** What was measured of a trial, as its file holds it. */
export interface TrialResult {
  readonly values: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly data: string;
  readonly recipe: Json;
  readonly measure: Measure;
  readonly settings: Json;
  readonly counts: Json;
  readonly versions: Json;
}

export interface TrialsOptions {
  readonly scale: Scale;
  /** What the images are, absolute. */
  readonly data: string;
  readonly seeds: number;
  /** `key=value`: of every run, before the experiment's own. */
  readonly set: readonly string[];
}

/**
 * All trials of an experiment: seed by seed, so that an interrupted one has whole tables. A trial's seed is its recipe's: cells with
 * one seed see the same order of images, and are compared in pairs.
 *
 * @throws the errors of recipes, for a setting that does not exist
 */
export function trialsOf(experiment: Experiment, { scale, data, seeds, set }: TrialsOptions): Trial[] {
  const base = withOverrides(scale.recipe, set);
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    experiment.cells(scale.name).map((cell) => {
      const changes = Object.entries({ ...cell.changes, seed });
      const recipe = withOverrides(
        base,
        changes.map(([key, value]) => `${key}=${JSON.stringify(value)}`),
      );
      const isPretrained = cell.measure.kind !== "supervised";
      // Its sentence changes nothing.
      const { description: _, data: reading, ...settings } = recipe;
      const isRead = Object.values(reading).some((value) => value !== null);
      const run = nameOf({ data, settings, ...(isRead && { reading }) });
      return {
        cell,
        seed,
        recipe,
        run: isPretrained ? run : undefined,
        name: nameOf({ run, measure: cell.measure } as unknown as Json),
      };
    }),
  );
}

/** The same for the same settings, whatever their order. */
function nameOf(settings: Json): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(settings)))
    .digest("hex")
    .slice(0, 12);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
