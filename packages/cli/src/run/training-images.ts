import type { Dataset } from "@simclr/data";
import { labelsMissing } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { ImageSource } from "./image-source.js";

/** What a recipe trains on. */
export interface TrainingImages {
  readonly images: Dataset;
  /** Where the objective learns from labels. */
  readonly classCount?: number;
}

/**
 * The images that a recipe trains on: all, or those with labels where its objective learns from them.
 *
 * @throws SIMCLR_ERROR__CLI__LABELS_MISSING for supCon on images without labels
 */
export function trainingImages(source: ImageSource, { objective }: Pick<Recipe, "objective">): TrainingImages {
  if (objective.kind !== "supCon") return { images: source.pretraining };
  const images = source.networkTraining ?? source.pretraining;
  const { labels, classNames } = images;
  if (!labels || !classNames || classNames.length < 2) {
    throw labelsMissing(source.name, "which objective.kind=supCon learns from");
  }
  return { images, classCount: classNames.length };
}
