import { assertShape, simclrError } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import "./errors.js";

/**
 * Refuses what is not a float32 batch of images.
 *
 * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 */
export function assertImages(augmentation: string, images: tf.Tensor4D): void {
  assertShape("images", images, ["batch", "height", "width", "channels"]);
  if (images.dtype === "float32") return;
  throw simclrError(
    "SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE",
    { augmentation, dtype: images.dtype },
    {
      expected: `${augmentation}'s images as float32 in [0, 1]`,
      received: images.dtype,
      remedy: 'Bytes become images by tf.div(tf.cast(images, "float32"), 255).',
    },
  );
}

/**
 * Refuses images that are neither gray (1 channel) nor RGB (3).
 *
 * @throws SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT and those of {@link assertImages}
 */
export function assertGrayOrColor(augmentation: string, images: tf.Tensor4D): void {
  assertImages(augmentation, images);
  const channels = images.shape[3];
  if (channels === 1 || channels === 3) return;
  throw simclrError(
    "SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT",
    { augmentation, channels },
    {
      expected: `${augmentation}'s images with 1 channel (gray) or 3 (red, green, blue)`,
      received: `${channels} channels`,
      remedy: "Colour is defined on red, green and blue alone: slice those channels, or leave this augmentation out.",
    },
  );
}
