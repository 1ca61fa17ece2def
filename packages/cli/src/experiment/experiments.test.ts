import { describe, expect, test } from "vitest";
import { experimentNamed, experiments } from "./experiments.js";
import { scaleNamed, scaleNames } from "./scale.js";
import { trialsOf } from "./trial.js";

const plan = (name: string, scale: (typeof scaleNames)[number] = "tiny", set: string[] = []) =>
  trialsOf(experimentNamed(name), { scale: scaleNamed(scale), data: "digits", seeds: 3, set });
const runsOf = (trials: ReturnType<typeof plan>) => new Set(trials.flatMap(({ run }) => run ?? []));

describe.each(scaleNames)("at scale %s", (scale) => {
  test.each(experiments.map(({ name }) => name))("%s is made of valid recipes, a place each", (name) => {
    const trials = plan(name, scale);
    const cells = experimentNamed(name).cells(scale);
    expect(trials).toHaveLength(3 * cells.length);
    expect(new Set(cells.map(({ row, column }) => `${row}/${column}`)).size).toBe(cells.length);
    expect(new Set(trials.map((trial) => trial.name)).size).toBe(trials.length);
    for (const { recipe, seed } of trials) expect(recipe.seed).toBe(seed);
  });
});

test("the numbers of runs are the paper's tables'", () => {
  const counts = experiments.map(({ name }) => [name, runsOf(plan(name, "imagenet")).size / 3]);
  expect(Object.fromEntries(counts)).toEqual({
    augmentations: 49,
    "color-strength": 6,
    "model-size": 15,
    "projection-head": 15,
    "head-information": 1,
    losses: 6,
    temperature: 7,
    "batch-size": 60,
    "label-fraction": 1,
    "learning-rate-scaling": 12,
    "supervised-epochs": 0,
  });
});

test("experiments share runs that are the same, and no others", () => {
  const [told, losses] = [runsOf(plan("head-information")), runsOf(plan("losses"))];
  expect(told.size).toBe(3);
  for (const run of told) expect(losses).toContain(run);
  const longer = runsOf(plan("head-information", "tiny", ["epochs=7"]));
  for (const run of longer) expect(losses).not.toContain(run);
});

test("learning rates of both rules meet at the largest batch", () => {
  for (const scale of scaleNames) {
    const trials = plan("learning-rate-scaling", scale).filter(({ seed }) => seed === 0);
    const largest = scale === "imagenet" ? 4096 : Math.max(...trials.map(({ recipe }) => recipe.batchSize as number));
    const [linear, squareRoot] = trials
      .filter(({ recipe }) => recipe.batchSize === largest)
      .map(({ recipe }) => recipe.optimizer.learningRate);
    expect((linear as number) * (largest / 256)).toBeCloseTo((squareRoot as number) * Math.sqrt(largest), 10);
  }
  // As published: 0.075 times the root, which is 4.8 at 4096, as 0.3 times 4096 / 256 is.
  const published = plan("learning-rate-scaling", "imagenet").map(({ recipe }) => recipe.optimizer.learningRate);
  expect(new Set(published)).toEqual(new Set([0.3, 0.075]));
});

test.each([
  ["loses", "losses"],
  ["color-strenght", "color-strength"],
  ["heads", undefined],
])("%s is refused, and %s meant", (name, meant) => {
  expect(() => experimentNamed(name)).toThrow(/SIMCLR_ERROR__CLI__UNKNOWN_EXPERIMENT/);
  expect(() => experimentNamed(name)).toThrow(meant ? `Did you mean "${meant}"?` : "simclr experiment --help");
});
