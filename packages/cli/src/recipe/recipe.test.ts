import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSimclrError, type SimclrErrorCode } from "@simclr/core";
import { expect, test } from "vitest";
import { builtInRecipes } from "./built-in-recipes.js";
import { defineRecipe } from "./define-recipe.js";
import { loadRecipe } from "./load-recipe.js";
import { recipeDefault, recipeKeys } from "./recipe-keys.js";
import { withOverrides } from "./recipe-overrides.js";
import type { Recipe, RecipeInput } from "./recipe-schema.js";

const smallest: RecipeInput = {
  description: "Small.",
  imageSize: 32,
  epochs: 100,
  batchSize: 64,
  optimizer: { learningRate: 0.3 },
};

/** The error that a call is refused with. */
async function refusal(call: () => unknown): Promise<{ code: SimclrErrorCode; context: unknown; message: string }> {
  try {
    await call();
  } catch (error) {
    if (isSimclrError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("defaults are the paper's and the reference's", () => {
  const recipe = defineRecipe(smallest);
  const { temperature, view, head, optimizer, evaluation, lossScale, objective, microBatchSize } = recipe;
  expect({ temperature, lossScale }).toEqual({ temperature: 0.1, lossScale: 1 });
  // Chen et al. 2020, appendix A.
  expect(view).toMatchObject({
    transformations: ["crop", "flip", "color", "blur"],
    transformedViews: "both",
    minimumCropArea: 0.08,
    maximumCropArea: 1,
    cropSampler: "tensorflow",
    horizontalShear: 0,
    verticalShear: 0,
    flipProbability: 0.5,
    colorStrength: 1,
    brightness: 0.8,
    contrast: 0.8,
    saturation: 0.8,
    hue: 0.2,
    colorVariant: "simclrv2",
    colorProbability: 0.8,
    grayscaleProbability: 0.2,
    blurProbability: 0.5,
    minimumBlurSigma: 0.1,
    maximumBlurSigma: 2,
    cutoutProbability: 1,
    rotateProbability: 0.75,
    sobelProbability: 0.5,
    noiseProbability: 1,
  });
  expect(head).toEqual({
    kind: "nonlinear",
    layers: 3,
    hiddenSize: null,
    outputSize: 128,
    batchNorm: true,
    normalizeProjection: true,
  });
  expect(objective).toEqual({
    kind: "simclr",
    batchStatistics: null,
    momentum: null,
    momentumSchedule: null,
    finalMomentum: 1,
    queueSize: 65_536,
    predictorHiddenSize: null,
    sigma: 0.5,
    redundancyWeight: 0.005,
    invarianceWeight: 25,
    varianceWeight: 25,
    covarianceWeight: 1,
  });
  expect(microBatchSize).toBeNull();
  expect(optimizer).toMatchObject({
    kind: "lars",
    learningRateScaling: "linear",
    schedule: "cosine",
    warmupEpochs: 10,
    warmupLearningRate: 0,
    finalLearningRate: 0,
    momentum: 0.9,
    nesterov: false,
    trustCoefficient: 0.001,
    clipTrustRatio: false,
    larsVariant: "classic",
    weightDecay: 1e-4,
  });
  expect(evaluation).toMatchObject({ neighbours: 200, neighbourTemperature: 0.1, linearEpochs: 90 });
});

test("cifar10-resnet18 is the reference's README", () => {
  expect(builtInRecipes["cifar10-resnet18"]).toMatchObject({
    batchSize: 512,
    epochs: 1000,
    imageSize: 32,
    temperature: 0.5,
    lossScale: 2,
    view: { colorStrength: 0.5, blurProbability: 0, minimumCropArea: 0.08 },
    backbone: { depth: 18, width: 1, stem: "cifar" },
    head: { layers: 3, outputSize: 128 },
    optimizer: { kind: "lars", learningRate: 1, learningRateScaling: "linear", warmupEpochs: 10, weightDecay: 1e-4 },
  });
});

test("a built-in recipe survives JSON unchanged", () => {
  for (const recipe of Object.values(builtInRecipes)) {
    expect(defineRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  }
});

test("--set replaces leaves and nothing else", () => {
  const recipe = defineRecipe(smallest);
  const changed = withOverrides(recipe, [
    "batchSize=128",
    "optimizer.learningRate=0.5",
    "head.hiddenSize=null",
    "backbone.stem=cifar",
    'view.transformations=["cutout","color"]',
  ]);
  const expected = structuredClone(recipe) as { -readonly [K in keyof Recipe]: Recipe[K] };
  expected.batchSize = 128;
  expected.optimizer.learningRate = 0.5;
  expected.backbone.stem = "cifar";
  expected.view.transformations = ["cutout", "color"];
  expect(changed).toEqual(expected);
  expect(recipe.batchSize).toBe(64);
});

test("every key can be set to what it is", () => {
  const recipe = defineRecipe(smallest);
  const valueAt = (key: string) =>
    key.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], recipe);
  const assignments = recipeKeys().map(({ key }) => `${key}=${JSON.stringify(valueAt(key))}`);
  expect(assignments.length).toBeGreaterThan(30);
  expect(withOverrides(recipe, assignments)).toEqual(recipe);
});

test("every key says what it is, what it has to be, and its default", () => {
  for (const { key, description, expected } of recipeKeys()) {
    expect(description, key).not.toBe("");
    expect(expected, key).not.toMatch(/undefined|object/);
  }
  expect(recipeKeys().find(({ key }) => key === "batchSize")?.expected).toBe('a whole number of at least 2, or "auto"');
  expect(recipeKeys().find(({ key }) => key === "backbone.depth")?.expected).toBe("one of 18, 34, 50, 101, 152, 200");
  expect(recipeDefault("optimizer.momentum")).toBe(0.9);
  expect(recipeDefault("optimizer.learningRate")).toBeUndefined();
});

test.each([
  ["batchsize=4", "batchSize"],
  ["learningRate=1", "optimizer.learningRate"],
  ["optimizer.learningrate=1", "optimizer.learningRate"],
  ["optimiser.kind=sgd", "optimizer.kind"],
  ["temprature=1", "temperature"],
  ["view.transformation=1", "view.transformations"],
  ["view.cutOutProbability=1", "view.cutoutProbability"],
  ["view.transformedBranches=first", "view.transformedViews"],
  ["zzzzzzzz=1", undefined],
  ["optimizer=1", undefined],
])("--set %s suggests %s", async (assignment, nearest) => {
  const error = await refusal(() => withOverrides(defineRecipe(smallest), [assignment]));
  expect(error.code).toBe("SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY");
  expect((error.context as { nearest?: string }).nearest).toBe(nearest);
  if (nearest) expect(error.message).toContain(`Did you mean "${nearest}"?`);
});

test.each([
  ["epochs=0", "epochs", "a whole number of at least 1"],
  ["epochs=many", "epochs", "a whole number of at least 1"],
  ["temperature=-1", "temperature", "a number above 0"],
  ["view.flipProbability=2", "view.flipProbability", "a number of at least 0 and of at most 1"],
  ["backbone.depth=19", "backbone.depth", "one of 18, 34, 50, 101, 152, 200"],
  ["optimizer.kind=adagrad", "optimizer.kind", 'one of "lars", "sgd", "adam", "adamw", "lamb"'],
  ["optimizer.warmupEpochs=101", "optimizer.warmupEpochs", "at most epochs, which is 100"],
])("--set %s is refused with what it has to be", async (assignment, key, expected) => {
  const error = await refusal(() => withOverrides(defineRecipe(smallest), [assignment]));
  expect(error.code).toBe("SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE");
  expect(error.context).toMatchObject({ key });
  expect(error.message).toContain(`expected ${key} to be ${expected}`);
});

const listOfTransformations =
  'a list, each one of "crop", "cutout", "flip", "color", "sobel", "noise", "blur", "rotate", "autoAugment", "verticalFlip", "randAugment", "trivialAugment", "affine", "perspective", "motionBlur", "erasing", "solarize", "posterize", "equalize", "autoContrast", "sharpness", "invert", "gamma"';

test.each([
  ['view.transformations=["crop","colour"]', "view.transformations", listOfTransformations, 'Did you mean "color"?'],
  ["view.transformations=[]", "view.transformations", listOfTransformations, "Change the recipe"],
  ["view.transformations=crop", "view.transformations", listOfTransformations, "Change the recipe"],
  ["view.transformedViews=fist", "view.transformedViews", 'one of "both", "first"', 'Did you mean "first"?'],
])("--set %s is refused with the nearest", async (assignment, key, expected, remedy) => {
  const error = await refusal(() => withOverrides(defineRecipe(smallest), [assignment]));
  expect(error.code).toBe("SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE");
  expect(error.context).toMatchObject({ key });
  expect(error.message).toContain(`expected ${key} to be ${expected}`);
  expect(error.message).toContain(remedy);
});

test("--set without a value is refused", async () => {
  for (const assignment of ["epochs", "=3"]) {
    const error = await refusal(() => withOverrides(defineRecipe(smallest), [assignment]));
    expect(error.code).toBe("SIMCLR_ERROR__CLI__INVALID_OPTION");
  }
});

test("a recipe's own mistakes name the key", async () => {
  const unknown = await refusal(() => defineRecipe({ ...smallest, head: { layer: 2 } as never }));
  expect(unknown.message).toContain('Did you mean "head.layers"?');
  const missing = await refusal(() => defineRecipe({ ...smallest, optimizer: {} as never }));
  expect(missing.context).toEqual({ key: "optimizer.learningRate", received: undefined });
  const notARecord = await refusal(() => defineRecipe(null as never));
  expect(notARecord.code).toBe("SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE");
});

test("recipes load by name and from TypeScript, JavaScript and JSON files anywhere", async () => {
  const folder = mkdtempSync(join(tmpdir(), "recipes-"));
  const input = JSON.stringify(smallest);
  writeFileSync(join(folder, "a.json"), input);
  writeFileSync(join(folder, "b.mjs"), `export default ${input};`);
  writeFileSync(
    join(folder, "c.ts"),
    `import { defineRecipe, type RecipeInput } from "simclr/recipe";\nconst input: RecipeInput = ${input};\nexport default defineRecipe(input);`,
  );
  for (const file of ["a.json", "b.mjs", "c.ts"])
    expect(await loadRecipe(join(folder, file)), file).toEqual(defineRecipe(smallest));
  expect(await loadRecipe("digits")).toBe(builtInRecipes.digits);
});

test("recipes that cannot be loaded say why", async () => {
  const typo = await refusal(() => loadRecipe("digit"));
  expect(typo.code).toBe("SIMCLR_ERROR__CLI__UNKNOWN_RECIPE");
  expect(typo.message).toContain('Did you mean "digits"?');
  expect((await refusal(() => loadRecipe("constructor"))).code).toBe("SIMCLR_ERROR__CLI__UNKNOWN_RECIPE");
  expect((await refusal(() => loadRecipe("./none.ts"))).message).toContain("there is no such file");
  const folder = mkdtempSync(join(tmpdir(), "recipes-"));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  expect((await refusal(() => loadRecipe(write("a.json", "{")))).code).toBe("SIMCLR_ERROR__CLI__RECIPE_FILE");
  expect((await refusal(() => loadRecipe(write("b.ts", "export default {")))).code).toBe(
    "SIMCLR_ERROR__CLI__RECIPE_FILE",
  );
  const wrong = write(
    "c.ts",
    `import { defineRecipe } from "simclr/recipe";\nexport default defineRecipe({ epoch: 3 } as never);`,
  );
  expect((await refusal(() => loadRecipe(wrong))).code).toMatch(/INVALID_RECIPE_VALUE|UNKNOWN_RECIPE_KEY/);
});
