import { describe, formatBytes } from "@simclr/backbones";
import type { Backbone } from "@simclr/core";
import { backboneName } from "../recipe/backbone-name.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { ImageSource } from "./image-source.js";
import { shown } from "./run-settings.js";

export interface RunSummaryOptions {
  readonly source: ImageSource;
  readonly recipe: Recipe;
  readonly backbone: Backbone;
  readonly runFolder: string;
}

/** What is about to happen, in a few lines. */
export function runSummary({ source, recipe, backbone, runFolder }: RunSummaryOptions): string[] {
  const { pretraining, test } = source;
  const [height, width, channels] = source.bank.imageShape;
  const classes = test?.classNames
    ? `, ${test.classNames.length} classes, ${number(test.length)} held out to test with`
    : "";
  const { imageSize } = recipe;
  const views = 2 * Number(recipe.batchSize);
  const { parameters, activationBytes } = describe(backbone, { imageSize, batchSize: views });
  const { kind } = recipe.optimizer;
  const steps = Math.floor(pretraining.length / Number(recipe.batchSize));
  return [
    `Images    ${number(pretraining.length)} of ${width} x ${height}${channels === 1 ? ", gray" : ""}${classes}`,
    `Encoder   ${backboneName(recipe.backbone)}: ${number(parameters)} parameters, ${formatBytes(activationBytes)} of activations a step`,
    `Training  ${recipe.epochs} epochs of ${number(steps)} steps, ${recipe.batchSize} images a step in two views each; ${kind}`,
    `Run       ${shown(runFolder)}`,
    ...(test ? [] : [`No labels, so no accuracies: images in folders named after their classes would be measured.`]),
  ];
}

function number(value: number): string {
  return value.toLocaleString("en");
}
