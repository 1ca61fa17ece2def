import type { RandomKey } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertGrayOrColor } from "./assert-images.js";
import type { Augmentation, ImageSize } from "./augmentation.js";
import { operateOnce } from "./operate-once.js";
import { parameterTensor } from "./parameter-tensors.js";
import { type PolicyOperation, policyOperations } from "./policy-operations.js";
import { assertResampleOptions, type ResampleOptions } from "./resample.js";
import { samplePerImage } from "./sample-per-image.js";

export type PolicyParameters = {
  /** Which operations an image gets, the first one first: 0 none, then as `autoAugment`'s table has them; `[batch, turns]`. */
  readonly operations: readonly (readonly number[])[];
  /** Their magnitudes, `[batch, turns]`. */
  readonly magnitudes: readonly (readonly number[])[];
};

/** An operation and its magnitude. */
export type PolicyDraw = readonly [operation: PolicyOperation, magnitude: number];

/**
 * An augmentation that does a number of operations to every image, one after another.
 *
 * @param draw the operations of one image, as many as `turns`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 */
export function applyPolicy(
  name: string,
  turns: number,
  options: ResampleOptions,
  draw: (key: RandomKey, imageSize: ImageSize) => readonly PolicyDraw[],
): Augmentation<PolicyParameters> {
  assertResampleOptions(options);
  return {
    name,
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey, imageSize) => {
        const steps = draw(imageKey, imageSize);
        return {
          operations: steps.map(([operation]) => policyOperations.indexOf(operation)),
          magnitudes: steps.map(([, magnitude]) => magnitude),
        };
      }),
    apply: (images, parameters) => {
      assertGrayOrColor(name, images);
      const batch = images.shape[0];
      const byTurn = (parameter: keyof PolicyParameters) =>
        tf.split(parameterTensor<tf.Tensor2D>(name, parameters, parameter, [batch, turns]), turns, 1);
      const magnitudes = byTurn("magnitudes");
      return byTurn("operations").reduce<tf.Tensor4D>(
        (seen, turn, i) => operateOnce(seen, turn, magnitudes[i] as tf.Tensor, options),
        images,
      );
    },
  };
}
