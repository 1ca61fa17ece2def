import { simclrError } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";

/**
 * How many images a step takes. `"auto"` is a power of two: at most 256, and small enough for four steps an epoch.
 *
 * @throws SIMCLR_ERROR__CLI__TOO_FEW_IMAGES
 */
export function batchSizeFor(wanted: Recipe["batchSize"], imageCount: number): number {
  const automatic = Math.max(2, Math.min(256, 2 ** Math.floor(Math.log2(Math.max(1, imageCount / 4)))));
  const batchSize = wanted === "auto" ? automatic : wanted;
  if (batchSize <= imageCount) return batchSize;
  const found = imageCount === 1 ? "one image" : `${imageCount} images`;
  throw simclrError(
    "SIMCLR_ERROR__CLI__TOO_FEW_IMAGES",
    { imageCount, batchSize },
    {
      expected: `at least ${batchSize} images to train on, a whole batch`,
      received: found,
      remedy:
        imageCount < 2
          ? "SimCLR compares an image with others: it needs two, and learns from hundreds."
          : `Set a smaller batch, --set batchSize=${automatic}, or add images.`,
    },
  );
}
