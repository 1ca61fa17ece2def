import { foldIn, type RandomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import {
  type Embed,
  type EvaluatorOptions,
  knnEvaluator,
  linearFeaturesEvaluator,
  logisticRegressionEvaluator,
  retrievalEvaluator,
} from "@simclr/evaluation";
import { invalidOption } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { NamedEncoder } from "../run/measured-encoders.js";
import type { EvaluationJob } from "./evaluation-job.js";
import type { EvaluationSettings } from "./evaluation-settings.js";
import { type FeatureProtocol, isFeatureProtocol } from "./protocols.js";
import { type ValidationSplit, validationSplit } from "./validation-split.js";

export interface FeatureJobsOptions {
  readonly settings: EvaluationSettings;
  readonly recipe: Recipe["evaluation"];
  readonly encoders: readonly NamedEncoder[];
  readonly train: Dataset;
  readonly test: Dataset;
  /** Embeds each part once for each encoder. */
  readonly embed: Embed;
  readonly key: RandomKey;
}

/** What is measured on features, encoder by encoder. */
export function featureJobs(options: FeatureJobsOptions): EvaluationJob[] {
  const { settings, encoders } = options;
  const protocols = settings.protocols.filter(isFeatureProtocol);
  const measure = measures(options);
  const asked = encoders.filter(({ encoder }) => settings.encoders.includes(encoder));
  return protocols.flatMap((protocol) =>
    asked.map(({ encoder, title, encode }) => ({
      protocol,
      encoder,
      encoderTitle: title,
      run: (common: EvaluatorOptions) => measure[protocol](encode, common),
    })),
  );
}

type Measure = (encode: NamedEncoder["encode"], common: EvaluatorOptions) => ReturnType<EvaluationJob["run"]>;

function measures(options: FeatureJobsOptions): Record<FeatureProtocol, Measure> {
  const { settings, recipe, train, test, embed, key } = options;
  const datasets = { train, test };
  const k = settings.k ?? Math.min(recipe.neighbours, train.length);
  if (k > train.length) {
    const expected = `at most as many neighbours as there are training images, ${train.length}`;
    throw invalidOption("--k", String(k), expected, "Choose a smaller --k, or leave it out.");
  }
  let split: Promise<ValidationSplit> | undefined;
  return {
    knn: (encode, common) =>
      knnEvaluator(encode, datasets, { ...common, embed, k, temperature: recipe.neighbourTemperature }),
    "linear-features": (encode, common) =>
      linearFeaturesEvaluator(encode, datasets, { ...common, embed, epochs: recipe.linearEpochs }),
    "logistic-regression": async (encode, common) => {
      split ??= validationSplit(train, foldIn(key, "validation"), embed);
      const { embed: embedParts, ...parts } = await split;
      return logisticRegressionEvaluator(encode, { ...parts, test }, { ...common, embed: embedParts });
    },
    retrieval: (encode, common) => {
      const sizes = [1, 5, 10].filter((size) => size <= train.length);
      return retrievalEvaluator(encode, datasets, { ...common, embed, k: sizes });
    },
  };
}
