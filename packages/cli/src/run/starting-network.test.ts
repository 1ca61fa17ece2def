import { mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resnet, vit } from "@simclr/backbones";
import { disposeTree, randomKey } from "@simclr/core";
import { useTensorFlow } from "@simclr/runtime";
import { loadNetwork, pretrain } from "@simclr/training";
import type * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { Recipe, RecipeInput } from "../recipe/recipe-schema.js";
import { buildStep } from "./build-step.js";
import { imageSource } from "./image-source.js";
import { pretrainSettings } from "./pretrain-settings.js";
import { startingNetwork } from "./starting-network.js";

const folder = mkdtempSync(join(tmpdir(), "start-"));
const small: RecipeInput = {
  description: "Small.",
  imageSize: 12,
  exampleCount: 32,
  epochs: 1,
  batchSize: 16,
  backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
  head: { layers: 2, outputSize: 8 },
  view: { colorStrength: 0, grayscaleProbability: 0 },
  optimizer: { kind: "sgd", learningRate: 0.1, warmupEpochs: 0 },
};
const gray = [28, 28, 1] as const;

/** What `simclr pretrain digits` does, without the report. */
async function run(name: string, set: string[], resume = false) {
  const runFolder = join(folder, name);
  const chosen = resume ? {} : { data: "digits", recipe: small };
  const { recipe } = await pretrainSettings({ ...chosen, set, runFolder, resume });
  const { pretraining } = await imageSource("digits", recipe, { onWarning: () => {} });
  const start = await startingNetwork(recipe, gray, runFolder);
  const step = buildStep(recipe, { batchSize: 16, exampleCount: 32, imageShape: gray, ...(start && { start }) });
  const { epochs } = recipe;
  const settings = { data: "digits", recipe };
  const common = { dataset: pretraining, step, batchSize: 16, key: randomKey(recipe.seed), runFolder, resume };
  const result = await pretrain({ ...common, epochs, recipe: settings }).finally(() => start?.dispose());
  disposeTree(result.state);
  return { recipe, step, hasHead: start?.hasHead, result };
}

const numbers = (params: Readonly<Record<string, tf.Tensor>>) =>
  Object.fromEntries(Object.entries(params).map(([path, tensor]) => [path, [...tensor.dataSync()]]));

beforeAll(async () => {
  await useTensorFlow({ device: "cpu" });
  await run("first", []);
}, 60_000);

const first = join(folder, "first");
const startFrom = `startFrom=${first}`;

test("a run begins with another one's encoder and head, and without it goes on", async () => {
  const copy = join(folder, "copy");
  const { recipe } = await pretrainSettings({ data: "digits", recipe: small, set: [startFrom] });
  const start = await startingNetwork(recipe, gray, copy);
  const network = await loadNetwork(first);
  const step = buildStep(recipe, { batchSize: 16, exampleCount: 32, imageShape: gray, ...(start && { start }) });
  const state = step.init(randomKey(7));
  expect(numbers(state.params)).toEqual(numbers(network.params));
  expect(numbers(state.batchStats)).toEqual(numbers(network.state));
  start?.dispose();
  network.dispose();
  disposeTree(state);

  const second = await run("second", [startFrom]);
  expect(second).toMatchObject({ hasHead: true, result: { step: 2 } });
  renameSync(first, join(folder, "moved"));
  const resumed = await run("second", ["epochs=2"], true);
  renameSync(join(folder, "moved"), first);
  expect(resumed).toMatchObject({ recipe: { startFrom: first }, result: { step: 4 } });
});

test("the backbone is that run's; a head of another form is random", async () => {
  const changes: Partial<RecipeInput> = { backbone: { depth: 50 }, head: { layers: 3, outputSize: 4 } };
  const { recipe } = await pretrainSettings({ data: "digits", recipe: { ...small, ...changes }, set: [startFrom] });
  expect(recipe.backbone).toMatchObject({ depth: 18, width: 1 / 16 } satisfies Partial<Recipe["backbone"]>);
  const start = await startingNetwork(recipe, gray, join(folder, "other"));
  expect(start?.hasHead).toBe(false);
  expect(Object.keys(start?.params ?? {}).filter((path) => !path.startsWith("backbone/"))).toEqual([]);
  start?.dispose();
});

test("what a recipe does not tell of an imported encoder stays: its padding, its normalization", async () => {
  const imported = join(folder, "imported");
  const { recipe } = await pretrainSettings({ data: "digits", recipe: small, runFolder: imported });
  const { pretraining: dataset } = await imageSource("digits", recipe, { onWarning: () => {} });
  const normalization = { mean: [0.1], deviation: [0.3] };
  const { depth, width, stem } = recipe.backbone;
  const backbone = resnet({ depth, width, stem, inputChannels: 1, variant: "torchvision", normalization });
  const start = { backbone, params: {}, state: {} };
  const step = buildStep(recipe, { batchSize: 16, exampleCount: 32, imageShape: gray, start });
  const settings = { dataset, step, batchSize: 16, totalSteps: 1, key: randomKey(0), runFolder: imported };
  disposeTree((await pretrain({ ...settings, recipe: { data: "digits", recipe } })).state);

  const set = [`startFrom=${imported}`, "backbone.recompute=blocks"];
  const asked = await pretrainSettings({ data: "digits", recipe: small, set });
  const network = await startingNetwork(asked.recipe, gray, join(folder, "none"));
  expect(network?.backbone.spec).toMatchObject({ variant: "torchvision", normalization, recompute: "blocks" });
  network?.dispose();
});

test("a transformer whose size has no name is begun with, and gone on with; for images of another size it is not", async () => {
  const imported = join(folder, "vit");
  const size = 28;
  const set = ["backbone.kind=vit", "backbone.patchSize=7", `imageSize=${size}`];
  const { recipe } = await pretrainSettings({ data: "digits", recipe: small, set });
  const { pretraining: dataset } = await imageSource("digits", recipe, { onWarning: () => {} });
  const backbone = vit({ width: 20, depth: 3, headCount: 5, patchSize: 7, imageSize: size, inputChannels: 1 });
  const start = { backbone, params: {}, state: {} };
  const step = buildStep(recipe, { batchSize: 16, exampleCount: 32, imageShape: gray, start });
  const settings = { dataset, step, batchSize: 16, totalSteps: 1, key: randomKey(0), runFolder: imported };
  disposeTree((await pretrain({ ...settings, recipe: { data: "digits", recipe } })).state);

  const from = [`startFrom=${imported}`];
  const second = await run("from-vit", [...from, `imageSize=${size}`]);
  expect(second).toMatchObject({
    hasHead: true,
    recipe: { backbone: { kind: "vit", size: null } },
    result: { step: 2 },
  });
  const network = await loadNetwork(join(folder, "from-vit"));
  expect(network.backbone.spec).toEqual(backbone.spec);
  network.dispose();
  expect((await run("from-vit", ["epochs=2"], true)).result.step).toBe(4);
  // Its 28 pixels are not the recipe's 12, and a size that the user names is not its own.
  await expect(run("other-images", from)).rejects.toThrow(
    /expected images of 28 pixels.*received 12.*--set imageSize=28/s,
  );
  const named = [...from, ...set, "backbone.size=tiny"];
  await expect(run("named", named)).rejects.toThrow(/INVALID_RECIPE_VALUE.*received .*vit, ViT\/7, 3 blocks of 20/s);
});

test.each<[string, string[], readonly [number, number, number]]>([
  ["a backbone that the user names", [startFrom, "backbone.width=0.125"], gray],
  ["images of other channels", [startFrom], [28, 28, 3]],
])("%s is refused where it is not that run's", async (_, set, shape) => {
  const { recipe } = await pretrainSettings({ data: "digits", recipe: small, set });
  await expect(startingNetwork(recipe, shape, join(folder, "none"))).rejects.toThrow(/INVALID_RECIPE_VALUE.*backbone/);
});

test("a folder that is no run is refused", async () => {
  const set = [`startFrom=${join(folder, "nowhere")}`];
  await expect(pretrainSettings({ data: "digits", recipe: small, set })).rejects.toThrow(/CLI__RUN_NOT_FOUND/);
});
