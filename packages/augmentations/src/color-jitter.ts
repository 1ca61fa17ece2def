import { fused, invalidArgument, permutation, split, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertGrayOrColor } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { type JitterOperation, type JitterVariant, jitterInOrder, jitterOperations } from "./jitter-operations.js";
import { parameterTensor } from "./parameter-tensors.js";
import { toImages, toPlanes } from "./planes.js";
import { samplePerImage } from "./sample-per-image.js";

export interface ColorJitterOptions {
  /** Scales all four ranges. Default 1, as on ImageNet; the reference uses 0.5 on CIFAR-10. */
  readonly strength?: number;
  /** Largest change of brightness at strength 1. Default 0.8: SimCLR, appendix A. */
  readonly brightness?: number;
  /** Largest change of contrast at strength 1. Default 0.8. */
  readonly contrast?: number;
  /** Largest change of saturation at strength 1. Default 0.8. */
  readonly saturation?: number;
  /** Largest shift of hue at strength 1, in turns of the colour circle. Default 0.2. */
  readonly hue?: number;
  /** Whose arithmetic. Default `"simclrv2"`, the reference's default; the paper's pseudo-code is `"simclrv1"`. */
  readonly variant?: JitterVariant;
}

export type ColorJitterParameters = {
  /** Which operation comes first, second, third, fourth: 0 brightness, 1 contrast, 2 saturation, 3 hue; `[batch, 4]`. */
  readonly order: readonly (readonly number[])[];
  /** What is multiplied, or in `"simclrv1"` added; `[batch]`. */
  readonly brightness: readonly number[];
  readonly contrast: readonly number[];
  readonly saturation: readonly number[];
  /** In turns; `[batch]`. */
  readonly hue: readonly number[];
};

/**
 * Changes brightness, contrast, saturation and hue of every image, each once, in a random order, clipping to [0, 1]
 * after each. SimCLR does so to four images of five: `randomApply(colorJitter(), 0.8)`.
 *
 * With m the largest change at this strength, factors are uniform in [max(1 - m, 0), 1 + m] and shifts in [-m, m].
 * | | `simclrv2` | `simclrv1` | `torchvision` |
 * | --- | --- | --- | --- |
 * | brightness | `x f` | `x + d` | `x f` |
 * | contrast | about the mean of each channel | the same | about the mean luminance |
 * | saturation | S of HSV times f | the same | blend with the luminance |
 * | hue | H of HSV shifted | the same | the same |
 *
 * Gray images, of one channel, have neither saturation nor hue: those two leave them as they are.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT; when applied SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT,
 * SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see SimCLR, appendix A; google-research/simclr@383d414 tf2/data_util.py, `color_jitter_rand`; torchvision `ColorJitter`
 * @example
 * ```ts
 * import { colorJitter } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const jitter = colorJitter({ strength: 0.5 });
 * const parameters = jitter.sample(randomKey(3), { batchSize: 2, imageSize: [32, 32] });
 * const jittered = jitter.apply(tf.fill([2, 32, 32, 3], 0.5), parameters);
 * ```
 */
export function colorJitter(options: ColorJitterOptions = {}): Augmentation<ColorJitterParameters> {
  const { strength = 1, variant = "simclrv2" } = options;
  const { brightness = 0.8, contrast = 0.8, saturation = 0.8, hue = 0.2 } = options;
  const largest = { brightness, contrast, saturation, hue };
  for (const [name, value] of Object.entries({ strength, ...largest })) {
    if (!(value >= 0 && Number.isFinite(value))) throw invalidArgument(name, value, "a number of at least 0");
  }
  return {
    name: "colorJitter",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [orderKey, changeKey] = split(imageKey, 2);
        const draws = uniform(changeKey, 4);
        const between = (name: JitterOperation, low: number, high: number) =>
          low + (draws[jitterOperations.indexOf(name)] as number) * (high - low);
        const shift = (name: JitterOperation) => between(name, -strength * largest[name], strength * largest[name]);
        const factor = (name: JitterOperation) =>
          between(name, Math.max(1 - strength * largest[name], 0), 1 + strength * largest[name]);
        return {
          order: [...permutation(orderKey, 4)],
          brightness: variant === "simclrv1" ? shift("brightness") : factor("brightness"),
          contrast: factor("contrast"),
          saturation: factor("saturation"),
          hue: shift("hue"),
        };
      }),
    apply: (images, parameters) => {
      assertGrayOrColor("colorJitter", images);
      const batch = images.shape[0];
      const perImage = (name: JitterOperation) =>
        tf.reshape(parameterTensor("colorJitter", parameters, name, [batch]), [batch, 1, 1, 1]);
      const order = parameterTensor<tf.Tensor2D>("colorJitter", parameters, "order", [batch, 4]);
      const strengths = {
        brightness: perImage("brightness"),
        contrast: perImage("contrast"),
        saturation: perImage("saturation"),
        hue: perImage("hue"),
      };
      return fused(() => toImages(jitterInOrder(toPlanes(images), order, strengths, variant)));
    },
  };
}
