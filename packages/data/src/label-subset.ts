import { foldIn, permutation, type RandomKey } from "@simclr/core";
import type { Dataset } from "./dataset.js";
import { invalidArgument, simclrError } from "./errors.js";
import { subset } from "./subset.js";

export interface LabelSubsetOptions {
  /** The share of the images that keep their label, above 0 and at most 1: 0.01 and 0.1 are published. */
  readonly fraction: number;
  readonly key: RandomKey;
}

/**
 * The few labelled images of semi-supervised learning: `floor(fraction * length)` images, of each class as many as of
 * any other, give or take one, as long as the class has so many; in the dataset's order.
 *
 * The images are dealt from the classes in turn, each class in an order of its own. So for one key the subset of 1% lies
 * within that of 10%.
 *
 * @throws SIMCLR_ERROR__DATA__LABELS_MISSING, SIMCLR_ERROR__DATA__CLASS_WITHOUT_IMAGES
 * @throws SIMCLR_ERROR__DATA__TOO_FEW_LABELS when there is not an image for every class
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a fraction out of its range
 * @see Chen et al. 2020, section 4.2: "class-balanced"; google-research/simclr@383d414 imagenet_subsets: 12 or 13, and
 *   128 or 129 images of each class
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset, labelSubset } from "@simclr/data";
 * const labels = Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : 1));
 * const dataset = arrayDataset({ images: new Uint8Array(100), shape: [100, 1, 1, 1], labels });
 * const few = labelSubset(dataset, { fraction: 0.1, key: randomKey(0) });
 * console.log(few.labels); // five times 0, five times 1
 * ```
 */
export function labelSubset(dataset: Dataset, options: LabelSubsetOptions): Dataset {
  return subset(dataset, labelSubsetIndices(dataset, options));
}

/**
 * Which images {@link labelSubset} takes, in the dataset's order; with its errors. No image is read.
 *
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset, labelSubsetIndices } from "@simclr/data";
 * const labels = Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : 1));
 * const dataset = arrayDataset({ images: new Uint8Array(100), shape: [100, 1, 1, 1], labels });
 * const indices = labelSubsetIndices(dataset, { fraction: 0.1, key: randomKey(0) }); // five below 80, five above
 * ```
 */
export function labelSubsetIndices(
  dataset: Pick<Dataset, "length" | "labels" | "classNames">,
  { fraction, key }: LabelSubsetOptions,
): number[] {
  if (!(fraction > 0 && fraction <= 1)) throw invalidArgument("fraction", fraction, "above 0 and at most 1");
  const { labels } = dataset;
  if (!labels) throw labelsMissing(dataset.length);
  const classCount = dataset.classNames?.length ?? labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const ofClass = Array.from({ length: classCount }, (): number[] => []);
  labels.forEach((label, index) => {
    ofClass[label]?.push(index);
  });
  const empty = ofClass.findIndex((indices) => indices.length === 0);
  if (empty >= 0) throw classWithoutImages(empty, dataset.classNames?.[empty]);
  // A float's product may lie just below the whole number it stands for: 0.29 * 100 is 28.999999999999996.
  const total = Math.floor(fraction * dataset.length + 1e-9);
  if (total < classCount) throw tooFewLabels(fraction, total, classCount);

  const dealt = ofClass.map((indices, label) => {
    const order = permutation(foldIn(foldIn(key, "images"), label), indices.length);
    return Array.from(order, (position) => indices[position] as number);
  });
  const turns = permutation(foldIn(key, "classes"), classCount);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < total; round++) {
    for (const label of turns) {
      const index = dealt[label]?.[round];
      if (index !== undefined && chosen.length < total) chosen.push(index);
    }
  }
  return chosen.sort((a, b) => a - b);
}

function labelsMissing(length: number) {
  return simclrError(
    "SIMCLR_ERROR__DATA__LABELS_MISSING",
    { length },
    {
      expected: "a dataset with labels",
      received: `${length} images without`,
      remedy: "Use an image folder with a folder for each class, CIFAR or digits.",
    },
  );
}

function classWithoutImages(label: number, className: string | undefined) {
  return simclrError(
    "SIMCLR_ERROR__DATA__CLASS_WITHOUT_IMAGES",
    { label, ...(className !== undefined && { className }) },
    {
      expected: "at least one image of every class",
      received: `none of class ${label}${className === undefined ? "" : `, "${className}"`}`,
      remedy: "Add images, or leave the class out of classNames and of the labels.",
    },
  );
}

function tooFewLabels(fraction: number, total: number, classCount: number) {
  return simclrError(
    "SIMCLR_ERROR__DATA__TOO_FEW_LABELS",
    { fraction, total, classCount },
    {
      expected: `at least one image for each of the ${classCount} classes`,
      received: `fraction ${fraction}, which is ${total} images`,
      remedy: "Choose a larger fraction: nothing can be learned of a class without a label.",
    },
  );
}
