import { invalidArgument } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { emptyClass, tooFewImages } from "./errors.js";

/** Images that may show several classes at once, as those of PASCAL VOC do. */
export interface MultiLabelDataset extends Dataset {
  readonly classNames: readonly string[];
  /** `[length, classCount]`: 1 shows the class, 0 does not, -1 is VOC's "difficult", which is left out of everything. */
  readonly truth: Int8Array;
}

/** {@link MultiLabelDataset}s in the parts that an evaluator needs, of the same classes in the same order. */
export interface MultiLabelDatasets {
  readonly train: MultiLabelDataset;
  readonly validation?: MultiLabelDataset;
  readonly test: MultiLabelDataset;
}

/**
 * Refuses datasets on which nothing can be measured, before an image is decoded: each part has at least 2 images, as many
 * channels, the same classes, a truth for each image and class, and an image that shows each class.
 *
 * @returns the number of classes
 */
export function assertMultiLabelDatasets({ train, validation, test }: MultiLabelDatasets): number {
  const { classNames } = train;
  const parts: [what: string, dataset: MultiLabelDataset][] = [["train", train]];
  if (validation) parts.push(["validation", validation]);
  parts.push(["test", test]);
  for (const [what, dataset] of parts) {
    const { length, truth, imageShape } = dataset;
    if (length < 2) throw tooFewImages(what, length);
    if (imageShape[2] !== train.imageShape[2]) {
      const expected = `${what} images of ${train.imageShape[2]} channels, as train's`;
      throw invalidArgument("datasets", `${imageShape[2]} channels`, expected);
    }
    if (dataset.classNames.join("\n") !== classNames.join("\n")) {
      throw invalidArgument("datasets", dataset.classNames, `${what} images of train's classes, in their order`);
    }
    if (truth.length !== length * classNames.length || truth.some((value) => value < -1 || value > 1)) {
      const expected = `${length} x ${classNames.length} values for ${what}, each 1, 0 or -1`;
      throw invalidArgument("truth", `${truth.length} values`, expected);
    }
    classNames.forEach((name, label) => {
      if (!truth.some((value, i) => value === 1 && i % classNames.length === label))
        throw emptyClass(what, label, name);
    });
  }
  if (classNames.length < 1) throw invalidArgument("classNames", classNames, "at least one class");
  return classNames.length;
}
