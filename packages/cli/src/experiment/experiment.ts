import type { Json } from "@simclr/core";
import type { PredictedTransformation } from "@simclr/evaluation";
import type { ScaleName } from "./scale.js";

/** Settings of a recipe to replace, by key: `{ "loss.kind": "ntLogistic" }`. */
export type Changes = Readonly<Record<string, Json>>;

/** What is done with a cell's recipe, and what is measured of it. */
export type Measure =
  /** Pretrain; a linear classifier on the features, or on the projections that the head makes of them. */
  | { readonly kind: "linear"; readonly layer?: "features" | "projection" }
  /** Pretrain; tell from features or projections which transformation an image went through. */
  | {
      readonly kind: "transformation";
      readonly layer: "features" | "projection";
      readonly transformation: PredictedTransformation;
    }
  /** Pretrain; fine-tune everything on a share of the labels. */
  | { readonly kind: "fine-tune"; readonly labelFraction: number; readonly epochs: number; readonly batchSize: number }
  /** From scratch, by labels alone; with the recipe's own views, or with crop and flip. */
  | {
      readonly kind: "supervised";
      readonly labelFraction: number;
      readonly epochs: number;
      readonly batchSize: number;
      readonly view: "recipe" | "crop and flip";
    };

/** One setting of an experiment: its place in the table, and how its numbers come about. */
export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly changes: Changes;
  readonly measure: Measure;
}

/** A number that an experiment's table shows. */
export interface Metric {
  /** As the evaluation, or the training's log, names it. */
  readonly name: string;
  readonly title: string;
  readonly unit: "percent" | "nats";
}

/** One of the paper's experiments: what is varied, what is measured, and how the paper lays it out. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** Table or figure of the paper. */
  readonly source: string;
  /** What the paper found, in a sentence. */
  readonly published: string;
  /** What rows and columns are. */
  readonly axes: { readonly row: string; readonly column: string };
  readonly figure: "matrix" | "bars";
  /** Which settings are compared with each other. */
  readonly compared: "all" | "in a row" | "in a column";
  /** The first one is what settings are compared by. */
  readonly metrics: readonly [Metric, ...Metric[]];
  cells(scale: ScaleName): readonly Cell[];
}

export const linearAccuracy: Metric = { name: "top1", title: "linear top-1", unit: "percent" };
export const accuracy: Metric = { name: "top1", title: "top-1", unit: "percent" };
