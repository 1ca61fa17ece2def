import { expect, test } from "vitest";
import { builtInRecipes } from "../recipe/built-in-recipes.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { publishedFor } from "./published-for.js";

const recipe = (name: string) => builtInRecipes[name] as Recipe;
const onCifar10 = (own: Recipe, exampleCount = 50_000) => publishedFor({ data: "/data/cifar10", recipe: own, exampleCount, evaluations: [] }); // biome-ignore format: one line

test("the reference's CIFAR-10 recipe has the reference's number, however its learning rate is written", () => {
  const own = recipe("cifar10-resnet18");
  const rewritten = { ...own, optimizer: { ...own.optimizer, learningRate: 2, learningRateScaling: "none" } } as const;
  for (const each of [own, rewritten]) {
    const same = onCifar10(each).filter(({ differences }) => differences.length === 0);
    // google-research/simclr@383d414, README: about 91 %.
    expect(same.map(({ accuracies, source }) => [source.name, accuracies])).toEqual([
      ["google-research/simclr, README", [{ protocol: "linear", top1: 0.91 }]],
    ]);
  }
});

test("the paper's ImageNet recipe has the paper's numbers", () => {
  const run = { data: "/imagenet", recipe: recipe("imagenet-resnet50"), exampleCount: 1_281_167, evaluations: [] };
  const same = publishedFor(run).filter(({ differences }) => differences.length === 0);
  // Chen et al. 2020, section 6 and tables 6 and 7; VISSL's model zoo.
  expect(same.find(({ source }) => source.name.startsWith("Chen"))?.accuracies).toEqual([
    { protocol: "linear", top1: 69.3 / 100 },
    { protocol: "fine-tune", labelFraction: 0.01, top1: 48.3 / 100 },
    { protocol: "fine-tune", labelFraction: 0.1, top1: 65.6 / 100 },
  ]);
  const small = { epochs: 100, batchSize: 256, optimizer: { ...run.recipe.optimizer, learningRate: 0.075, learningRateScaling: "squareRoot" } } as const; // biome-ignore format: one line
  const found = publishedFor({ ...run, recipe: { ...run.recipe, ...small } }).filter((each) => each.differences.length === 0); // biome-ignore format: one line
  // Table B.1, square root: 62.8; lightly's run of the same settings: 63.2.
  expect(found.flatMap(({ accuracies }) => accuracies.filter(({ protocol }) => protocol === "linear"))).toEqual([
    { protocol: "linear", top1: 62.8 / 100 },
    { protocol: "linear", top1: 63.2 / 100 },
  ]);
});

test("SimCLRv2's largest network with selective kernels has its own numbers, and those without have others", () => {
  const own = recipe("imagenet-resnet50");
  const found = (backbone: Partial<Recipe["backbone"]>) => {
    const run = { data: "/imagenet", recipe: { ...own, backbone: { ...own.backbone, ...backbone } } };
    return publishedFor({ ...run, exampleCount: 1_281_167, evaluations: [] }).flatMap(({ accuracies }) =>
      accuracies.map(({ top1 }) => Number((100 * top1).toFixed(2))),
    );
  };
  // google-research/simclr@383d414, README.
  expect(found({ depth: 152, width: 3, selectiveKernels: 0.0625 })).toEqual([79.8, 74.9, 80.1, 83.1]);
  expect(found({ depth: 152, width: 3 })).toEqual([]);
  expect(found({ depth: 152, width: 2 })).toEqual([77.4, 70.2, 76.6, 81.1]);
});

test("other settings are named, the fewest first", () => {
  const own = { ...recipe("cifar10-resnet18"), epochs: 100 };
  const [first, ...others] = onCifar10(own, 20_000);
  expect(first?.differences).toEqual([
    { setting: "exampleCount", published: 50_000, own: 20_000 },
    { setting: "epochs", published: 1000, own: 100 },
  ]);
  expect(others.every(({ differences }) => differences.length >= 2)).toBe(true);
});

test("views that are made otherwise are no published recipe's", () => {
  const own = recipe("cifar10-resnet18");
  const changed = (view: Partial<Recipe["view"]>) =>
    onCifar10({ ...own, view: { ...own.view, ...view } })[0]?.differences;
  const published = "crop, flip, color, blur";
  expect(changed({ transformations: ["crop", "autoAugment"] })).toEqual([
    { setting: "transformations", published, own: "crop, autoAugment" },
  ]);
  expect(changed({ transformedViews: "first" })).toEqual([
    { setting: "transformations", published, own: `${published}, of one view` },
  ]);
});

test("another network, other images or another stem have nothing in common with a published number", () => {
  expect(onCifar10(recipe("cifar10-quick"))).toEqual([]);
  const own = recipe("cifar10-resnet18");
  expect(onCifar10({ ...own, backbone: { ...own.backbone, stem: "imagenet" } })).toEqual([]);
  expect(onCifar10({ ...own, backbone: { ...own.backbone, squeezeExcite: 0.0625 } })).toEqual([]);
  expect(onCifar10({ ...own, backbone: { ...own.backbone, kind: "convnext" } })).toEqual([]);
  expect(publishedFor({ data: "/data/cifar100", recipe: own, exampleCount: 40_000, evaluations: [] })).toEqual([]);
  expect(publishedFor({ data: "digits", recipe: recipe("digits"), exampleCount: 8000, evaluations: [] })).toEqual([]);
});
