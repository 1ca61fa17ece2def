import type { Encoder } from "./embed.js";
import { evaluateFeatures, type FeatureEvaluatorOptions, type FeatureProtocol } from "./evaluate-features.js";
import type { Evaluator } from "./evaluator.js";
import { assertListSizes, retrieval } from "./retrieval.js";

export interface RetrievalEvaluatorOptions extends FeatureEvaluatorOptions {
  /** Sizes of the list; the first is what the interval is of. Default 1, 5, 10. */
  readonly k?: readonly number[];
}

/**
 * {@link retrieval} as an evaluator: every test image asks the train part for its class. Metrics are `recall@1` and so on,
 * and `meanAveragePrecision`.
 *
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS, ..._TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._ONE_CLASS,
 *   ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._FEATURES_NOT_FINITE, ..._ENCODER_OUTPUT;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { rawPixels, retrievalEvaluator } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 3 }, (_, i) => (i < 12 ? i : 255 - i));
 * const train = arrayDataset({ images, shape: [8, 1, 1, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const options = { key: randomKey(0), k: [1, 5] };
 * const { metrics } = await retrievalEvaluator(rawPixels, { train, test: train }, options);
 * console.log(metrics["recall@1"], metrics.meanAveragePrecision);
 * ```
 */
export const retrievalEvaluator: Evaluator<Encoder, RetrievalEvaluatorOptions> = async (encoder, datasets, options) => {
  const { k = [1, 5, 10], compile, signal } = options;
  if (datasets.train.length > 1) assertListSizes(k, datasets.train.length);
  const protocol: FeatureProtocol = {
    protocol: "retrieval",
    measure: async ({ train, test }) => {
      const result = await retrieval(test, train, { k, ...(compile && { compile }), ...(signal && { signal }) });
      const found = Uint8Array.from(result.firstHits, (rank) => (rank < (k[0] as number) ? 1 : 0));
      const recalls = k.map((size) => [`recall@${size}`, result.recall[size] as number] as const);
      return {
        metrics: { ...Object.fromEntries(recalls), meanAveragePrecision: result.meanAveragePrecision },
        primary: `recall@${k[0]}`,
        statistic: (rows) => rows.reduce((sum, row) => sum + (found[row] as number), 0) / rows.length,
        settings: { k },
      };
    },
  };
  return evaluateFeatures(protocol, encoder, datasets, options);
};
