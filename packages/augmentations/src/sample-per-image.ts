import { invalidArgument, type RandomKey, simclrError, split } from "@simclr/core";
import type { ImageSize, SampleContext } from "./augmentation.js";
import "./errors.js";

type Draw = Readonly<Record<string, number | readonly number[]>>;

/**
 * Draws every image's parameters from a key of its own, so that they do not depend on the batch's size.
 *
 * @param draw the parameters of one image, from its key and its valid size
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_SIZES_MISMATCH, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { samplePerImage } from "@simclr/augmentations";
 * import { randomKey, uniform } from "@simclr/core";
 * const context = { batchSize: 8, imageSize: [32, 32] } as const;
 * const { angle } = samplePerImage(randomKey(1), context, (key) => ({ angle: uniform(key, 1, -10, 10)[0] as number }));
 * ```
 */
export function samplePerImage<D extends Draw>(
  key: RandomKey,
  { batchSize, imageSize, imageSizes }: SampleContext,
  draw: (key: RandomKey, imageSize: ImageSize) => D,
): { [Name in keyof D]: D[Name][] } {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw invalidArgument("batchSize", batchSize, "a positive integer");
  assertImageSizes(batchSize, imageSize, imageSizes);
  const draws = split(key, batchSize).map((imageKey, i) => draw(imageKey, imageSizes?.[i] ?? imageSize));
  const names = Object.keys(draws[0] as D) as (keyof D)[];
  return Object.fromEntries(names.map((name) => [name, draws.map((one) => one[name])])) as {
    [Name in keyof D]: D[Name][];
  };
}

function assertImageSizes(batchSize: number, imageSize: ImageSize, imageSizes?: readonly ImageSize[]): void {
  for (const size of [imageSize, ...(imageSizes ?? [])]) {
    if (size.every((side, axis) => Number.isInteger(side) && side >= 1 && side <= (imageSize[axis] as number)))
      continue;
    throw invalidArgument("imageSizes", size, `two positive integers within the batch's [${imageSize.join(", ")}]`);
  }
  if (imageSizes && imageSizes.length !== batchSize) {
    throw simclrError(
      "SIMCLR_ERROR__AUGMENTATIONS__IMAGE_SIZES_MISMATCH",
      { batchSize, imageSizes: imageSizes.length },
      {
        expected: `one image size for each of ${batchSize} images`,
        received: `${imageSizes.length}`,
        remedy: "Leave imageSizes out where no image is padded.",
      },
    );
  }
}
