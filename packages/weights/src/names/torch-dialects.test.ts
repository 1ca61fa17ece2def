import { createHash } from "node:crypto";
import { convNextShapes, vitShapes } from "@simclr/backbones";
import type { Shapes } from "@simclr/core";
import { describe, expect, it } from "vitest";
import transformers from "../fixtures/transformers/goldens.json" with { type: "json" };
import { toFileShape, torchLayout } from "../kernel-layout.js";
import { authorsConvNextNames, timmConvNextNames, torchvisionConvNextNames } from "./convnext-names.js";
import type { NameTable } from "./name-table.js";
import { timmVitNames, torchvisionVitNames } from "./vit-names.js";

/** A classifier's names and shapes, with its bias. */
const classifier = (name: string, width: number) => [`${name}.bias [1000]\n`, `${name}.weight [1000, ${width}]\n`];

function listing(params: Shapes, names: NameTable, head: readonly string[], scaleShape = "C11"): string {
  const lines = Object.entries(params).map(([path, shape]) => {
    const layout = torchLayout(path);
    const theirs = layout === "C11" && scaleShape === "C" ? shape : toFileShape(shape, layout);
    return `${names.nameOf(path)} [${theirs.join(", ")}]\n`;
  });
  return createHash("sha256")
    .update([...lines, ...head].sort().join(""))
    .digest("hex");
}

describe("every name and shape of a state dict", () => {
  const vits = {
    torchvision: { vit_b_16: { size: "base" }, vit_b_32: { size: "base", patchSize: 32 }, vit_l_16: { size: "large" } },
    timm: { deit_small_patch16_224: {}, vit_small_patch16_224: {}, vit_base_patch16_224: { size: "base" } },
  } as const;
  it.each([
    ...Object.entries(vits.torchvision).map(([name, o]) => ["torchvision", name, o] as const),
    ...Object.entries(vits.timm).map(([name, o]) => ["timm", name, o] as const),
  ])("%s's %s", (library, name, options) => {
    const { params } = vitShapes(options);
    const width = params.classToken?.[2] as number;
    const [names, head] =
      library === "timm" ? ([timmVitNames, "head"] as const) : ([torchvisionVitNames, "heads.head"] as const);
    const expected = transformers.stateDictSha256[library];
    expect(listing(params, names, classifier(head, width))).toBe(expected[name as keyof typeof expected]);
  });

  it.each([
    ["torchvision", "tiny"],
    ["torchvision", "small"],
    ["torchvision", "base"],
    ["torchvision", "large"],
    ["timm", "tiny"],
    ["timm", "base"],
  ] as const)("%s's convnext_%s", (library, size) => {
    const { params } = convNextShapes({ size });
    const width = params["norm/scale"]?.[0] as number;
    const found =
      library === "timm"
        ? listing(params, timmConvNextNames, classifier("head.fc", width), "C")
        : listing(params, torchvisionConvNextNames, classifier("classifier.2", width));
    const expected = transformers.stateDictSha256[library];
    expect(found).toBe(expected[`convnext_${size}` as keyof typeof expected]);
  });
});

it("names go both ways", () => {
  for (const names of [torchvisionVitNames, timmVitNames]) {
    for (const path of Object.keys(vitShapes().params)) expect(names.pathOf(names.nameOf(path) as string)).toBe(path);
  }
  for (const names of [torchvisionConvNextNames, authorsConvNextNames, timmConvNextNames]) {
    for (const path of Object.keys(convNextShapes().params)) {
      expect(names.pathOf(names.nameOf(path) as string)).toBe(path);
    }
  }
});

it("torchvision's names of before 0.13 are read too", () => {
  const name = "encoder.layers.encoder_layer_11.mlp.linear_2.weight";
  expect(torchvisionVitNames.pathOf(name)).toBe("block11/dense2/kernel");
});
