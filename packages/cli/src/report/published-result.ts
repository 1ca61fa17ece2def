import type { Recipe } from "../recipe/recipe-schema.js";

/** Settings of a recipe by which published numbers are told apart; `peakLearningRate` is scaled by the batch already. */
export interface PublishedSettings {
  readonly exampleCount?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  /** Default: `"ntXent"`. */
  readonly loss?: Recipe["loss"]["kind"] | Exclude<Recipe["objective"]["kind"], "simclr">;
  /** Those of the views, in order; default: SimCLR's own. */
  readonly transformations?: string;
  readonly temperature?: number;
  readonly optimizer?: "lars" | "lamb" | "sgd" | "adamw" | "adam";
  readonly peakLearningRate?: number;
  readonly weightDecay?: number;
  readonly headLayers?: number;
  readonly colorStrength?: number;
  readonly blurProbability?: number;
  readonly grayscaleProbability?: number;
  readonly minimumCropArea?: number;
}

/** An accuracy that somebody published. */
export interface PublishedAccuracy {
  /** An evaluator's name. */
  readonly protocol: "knn" | "linear" | "fine-tune";
  /** Of the labels, where only a part of them is trained on. */
  readonly labelFraction?: number;
  /** Top-1, a fraction. */
  readonly top1: number;
}

/** What somebody's SimCLR reached. */
export interface PublishedResult {
  readonly images: "CIFAR-10" | "ImageNet";
  /** As `backboneName` calls it. */
  readonly backbone: string;
  /** What the source tells; a setting that it does not tell is not here. */
  readonly settings: PublishedSettings;
  readonly accuracies: readonly PublishedAccuracy[];
  readonly source: { readonly name: string; readonly url: string };
}
