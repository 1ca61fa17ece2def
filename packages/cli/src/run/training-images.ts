import type { Dataset } from "@simclr/data";
import { labelsMissing } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { ImageSource } from "./image-source.js";

/** What a recipe trains on. */
export interface TrainingImages {
  readonly images: Dataset;
  /** Where the objective, or a linear probe, learns from labels. */
  readonly classCount?: number;
}

/**
 * The images that a recipe trains on: all, or those with labels where its objective learns from them. A linear probe learns
 * from the labels of all.
 *
 * @throws SIMCLR_ERROR__CLI__LABELS_MISSING for supCon, or a linear probe, on images without labels
 */
export function trainingImages(
  source: ImageSource,
  {
    objective,
    evaluation,
  }: Pick<Recipe, "objective"> & { readonly evaluation: Pick<Recipe["evaluation"], "linearProbe"> },
): TrainingImages {
  const isSupervised = objective.kind === "supCon";
  if (!isSupervised && !evaluation.linearProbe) return { images: source.pretraining };
  const images = (isSupervised ? source.networkTraining : undefined) ?? source.pretraining;
  const { labels, classNames } = images;
  if (!labels || !classNames || classNames.length < 2) {
    const wanted = isSupervised ? "objective.kind=supCon" : "evaluation.linearProbe=true";
    throw labelsMissing(source.name, `which ${wanted} learns from`);
  }
  return { images, classCount: classNames.length };
}
