import { imagenetNormalization, inceptionNormalization } from "@simclr/backbones";
import { isSimclrError } from "@simclr/core";
import { expect, test } from "vitest";
import { backboneName } from "../recipe/backbone-name.js";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { RecipeInput } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";

const recipe = (backbone: RecipeInput["backbone"], imageSize = 224) =>
  defineRecipe({
    description: "Any.",
    imageSize,
    epochs: 10,
    batchSize: 8,
    optimizer: { learningRate: 0.1 },
    backbone,
  });

// Of torchvision and google-research/simclr, and by hand for gates: see the tests of @simclr/backbones.
test.each<[RecipeInput["backbone"], string, number]>([
  [{ depth: 50 }, "ResNet-50", 23_508_032],
  [{ depth: 50, width: 2 }, "ResNet-50 × 2", 93_907_072],
  [{ depth: 152, width: 3, selectiveKernels: 0.0625 }, "ResNet-152 × 3 SK", 794_704_160],
  [{ depth: 18, squeezeExcite: 0.0625, stem: "cifar" }, "ResNet-18 SE", 11_173_056 + 89_080],
  [{ kind: "vit", size: "base" }, "ViT-B/16", 85_798_656],
  [{ kind: "vit" }, "ViT-S/16", 22_050_664 - 385_000],
  [{ kind: "convnext" }, "ConvNeXt-T", 27_820_128],
  [{ kind: "convnext", size: "base" }, "ConvNeXt-B", 87_566_464],
])("%j is %s, of %i parameters", (backbone, name, parameters) => {
  const { variableShapes } = buildBackbone(recipe(backbone), [224, 224, 3]);
  const sizes = Object.values(variableShapes.params).map((shape) => shape.reduce((product, size) => product * size, 1));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(parameters);
  expect(backboneName(recipe(backbone).backbone)).toBe(name);
});

test("every setting reaches the network, and only its own kind", () => {
  const spec = (backbone: RecipeInput["backbone"]) =>
    buildBackbone(recipe({ patchSize: 8, recompute: "blocks", ...backbone }, 32), [32, 32, 1]).spec;
  const common = { inputChannels: 1, recompute: "blocks" };
  expect(spec({ depth: 50, selectiveKernels: 0.25, resnetD: false, pool: "mean" })).toMatchObject({ ...common, depth: 50, selectiveKernels: 0.25, resnetD: false }); // biome-ignore format: one line
  expect(spec({ kind: "vit", positions: "sincos", pool: "mean" })).toMatchObject({ ...common, patchSize: 8, imageSize: 32, positions: "sincos", pool: "mean" }); // biome-ignore format: one line
  expect(spec({ kind: "convnext", size: "small" })).toMatchObject({
    ...common,
    patchSize: 8,
    depths: [3, 3, 27, 3],
  });
  expect(backboneName(recipe({ depth: 50, resnetD: true }).backbone)).toBe("ResNet-50 D");
  const normalized = buildBackbone(recipe({ normalization: "imagenet" }, 32), [32, 32, 3]).spec;
  expect(normalized).toMatchObject({ normalization: imagenetNormalization });
  const patched = buildBackbone(recipe({ kind: "vit", normalization: "inception" }, 32), [32, 32, 3]).spec;
  expect(patched).toMatchObject({ normalization: inceptionNormalization });
});

test("a vision transformer refuses views of another size than the images, and patches that do not fit", () => {
  const caught = (fn: () => unknown) => {
    try {
      return fn();
    } catch (error) {
      return isSimclrError(error, "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE") && [error.context.key, error.message];
    }
  };
  const other = caught(() => buildBackbone(recipe({ kind: "vit", patchSize: 4 }, 20), [28, 28, 1]));
  expect(other).toEqual(["imageSize", expect.stringContaining("--set imageSize=28")]);
  const patches = caught(() => recipe({ kind: "vit" }, 100));
  expect(patches).toEqual(["imageSize", expect.stringContaining("a multiple of backbone.patchSize, which is 16")]);
});
