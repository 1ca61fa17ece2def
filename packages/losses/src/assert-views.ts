import "./errors.js";
import { invalidArgument, simclrError } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";

/** Refuses two views that are not `[batch, features]`, both of one shape. */
export function assertViews(loss: string, viewA: tf.Tensor, viewB: tf.Tensor): void {
  const same = viewA.shape.every((size, axis) => size === viewB.shape[axis]);
  if (viewA.rank === 2 && viewB.rank === 2 && same) return;
  throw simclrError(
    "SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH",
    { viewA: [...viewA.shape], viewB: [...viewB.shape] },
    {
      expected: `${loss} to get both views in one shape [batch, features]`,
      received: `viewA [${viewA.shape.join(", ")}] and viewB [${viewB.shape.join(", ")}]`,
      remedy:
        viewA.rank === 2 && viewB.rank === 2
          ? "Row i of both views has to come from image i, through one head."
          : "Flatten each projection to one row: tf.reshape(projections, [batch, features]).",
    },
  );
}

/** Refuses a temperature that is not a positive number. */
export function assertTemperature(temperature: number): void {
  if (Number.isFinite(temperature) && temperature > 0) return;
  const remedy = "SimCLR takes 0.1 on ImageNet and 0.5 on CIFAR-10.";
  throw invalidArgument("temperature", temperature, "a finite number above 0", remedy);
}

/** Refuses a batch in which no image has a negative. */
export function assertEnoughImages(images: number): void {
  if (images >= 2) return;
  throw simclrError(
    "SIMCLR_ERROR__LOSSES__NO_NEGATIVES",
    { images },
    {
      expected: "at least 2 images, for which the other one is the negative",
      received: `${images}`,
      remedy: "Raise the batch size; SimCLR learns better from batches of hundreds of images.",
    },
  );
}

/** Refuses a batch over which no variance can be taken. */
export function assertBatchStatistics(images: number): void {
  if (images >= 2) return;
  throw simclrError(
    "SIMCLR_ERROR__LOSSES__NO_NEGATIVES",
    { images },
    {
      expected: "at least 2 images, over which features can vary",
      received: `${images}`,
      remedy: "Raise the batch size; statistics of the batch want 256 images or more.",
    },
  );
}

/** Refuses a weight or epsilon that is not a number of at least 0. */
export function assertCoefficient(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw invalidArgument(name, value, "a finite number of at least 0");
}
