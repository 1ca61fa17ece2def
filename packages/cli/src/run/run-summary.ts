import { describe, formatBytes } from "@simclr/backbones";
import type { Backbone, Head } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { backboneName } from "../recipe/backbone-name.js";
import { objectiveName } from "../recipe/objective-name.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { ImageSource } from "./image-source.js";
import { objectiveCost } from "./objective-cost.js";
import { shown } from "./run-settings.js";

export interface RunSummaryOptions {
  readonly source: ImageSource;
  /** Those that are trained on. */
  readonly images: Dataset;
  readonly recipe: Recipe;
  readonly backbone: Backbone;
  readonly head: Pick<Head, "outputSize">;
  readonly runFolder: string;
}

/** What is about to happen, in a few lines. */
export function runSummary({ source, images, recipe, backbone, head, runFolder }: RunSummaryOptions): string[] {
  const { test } = source;
  const [height, width, channels] = source.bank.imageShape;
  const classes = test?.classNames
    ? `, ${test.classNames.length} classes, ${number(test.length)} held out to test with`
    : "";
  const { imageSize } = recipe;
  const { imagesInMemory } = objectiveCost(recipe, head, Number(recipe.batchSize));
  const { parameters, activationBytes } = describe(backbone, { imageSize, batchSize: imagesInMemory });
  const { kind } = recipe.optimizer;
  const steps = Math.floor(images.length / Number(recipe.batchSize));
  return [
    `Images    ${number(images.length)} of ${width} x ${height}${channels === 1 ? ", gray" : ""}${classes}`,
    `Encoder   ${backboneName(recipe.backbone, backbone.spec)}: ${number(parameters)} parameters, ${formatBytes(activationBytes)} of activations a step`,
    `Training  ${recipe.epochs} epochs of ${number(steps)} steps, ${recipe.batchSize} images a step in two views each; ${objectiveName(recipe)}, ${kind}`,
    `Run       ${shown(runFolder)}`,
    ...(test ? [] : [`No labels, so no accuracies: images in folders named after their classes would be measured.`]),
  ];
}

function number(value: number): string {
  return value.toLocaleString("en");
}
