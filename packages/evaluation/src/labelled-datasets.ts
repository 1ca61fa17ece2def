import { invalidArgument, simclrError } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { EvaluationDatasets } from "./evaluator.js";

/**
 * How many classes the images have.
 *
 * @throws SIMCLR_ERROR__EVALUATION__LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._CLASS_EMPTY;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT when the parts differ in their channels
 */
export function classCountOf({ train, test }: EvaluationDatasets): number {
  const [trainLabels, testLabels] = [labelsOf("train", train), labelsOf("test", test)];
  const highest = [...trainLabels, ...testLabels].reduce((most, label) => Math.max(most, label), 0);
  const classNames = train.classNames ?? test.classNames;
  const classCount = classNames?.length ?? highest + 1;
  assertPart("train", trainLabels, classCount, classNames);
  assertPart("test", testLabels, classCount, classNames);
  if (train.imageShape[2] !== test.imageShape[2]) {
    const received = `${train.imageShape[2]} and ${test.imageShape[2]} channels`;
    throw invalidArgument("datasets", received, "train and test images of as many channels");
  }
  return classCount;
}

function labelsOf(what: "train" | "test", { labels, length }: Dataset): Int32Array {
  if (labels?.length === length) return labels;
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__LABELS_MISSING",
    { what },
    {
      expected: `a label for each of the ${length} ${what} images`,
      received: `${labels?.length ?? "no"} labels`,
      remedy: "Use a dataset with labels: an image folder with a folder for each class, CIFAR, digits.",
    },
  );
}

function assertPart(what: "train" | "test", labels: Int32Array, classCount: number, names?: readonly string[]): void {
  const row = labels.findIndex((label) => label < 0 || label >= classCount);
  if (row >= 0) {
    throw simclrError(
      "SIMCLR_ERROR__EVALUATION__LABEL_OUT_OF_RANGE",
      { what, row, label: labels[row] as number, classCount },
      {
        expected: `${what} labels from 0 to ${classCount - 1}`,
        received: `${labels[row]} of image ${row}`,
        remedy: "Give both parts the same classNames, in the same order.",
      },
    );
  }
  const present = new Set(labels);
  if (what === "train" && present.size < 2) {
    throw simclrError(
      "SIMCLR_ERROR__EVALUATION__ONE_CLASS",
      { classCount },
      {
        expected: "train images of at least 2 classes",
        received: `class ${labels[0]} alone`,
        remedy: "Shuffle before taking a subset: image folders and CIFAR's files are often sorted by class.",
      },
    );
  }
  const label = Array.from({ length: classCount }, (_, c) => c).find((c) => !present.has(c));
  if (label === undefined) return;
  const className = names?.[label];
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__CLASS_EMPTY",
    { what, label, ...(className !== undefined && { className }) },
    {
      expected: `at least one ${what} image of every class`,
      received: `none of class ${label}${className === undefined ? "" : `, "${className}"`}`,
      remedy: "Add images of it, or leave the class out of both parts.",
    },
  );
}
