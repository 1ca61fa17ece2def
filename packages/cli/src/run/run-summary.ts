import { type Backbone, countParameters, disposeTree, randomKey } from "@simclr/core";
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
  const { params, state } = backbone.init(randomKey(0));
  const parameterCount = countParameters(params);
  disposeTree([params, state]);
  const { depth, width: multiplier } = recipe.backbone;
  const { kind } = recipe.optimizer;
  const steps = Math.floor(pretraining.length / Number(recipe.batchSize));
  return [
    `Images    ${number(pretraining.length)} of ${width} x ${height}${channels === 1 ? ", gray" : ""}${classes}`,
    `Encoder   ResNet-${depth}${multiplier === 1 ? "" : `, width ${multiplier}`}: ${number(parameterCount)} parameters`,
    `Training  ${recipe.epochs} epochs of ${number(steps)} steps, ${recipe.batchSize} images a step in two views each; ${kind}`,
    `Run       ${shown(runFolder)}`,
    ...(test ? [] : [`No labels, so no accuracies: images in folders named after their classes would be measured.`]),
  ];
}

function number(value: number): string {
  return value.toLocaleString("en");
}
