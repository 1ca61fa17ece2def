import "./errors.js";
import { simclrError } from "@simclr/core";

/** What an encoder made of a dataset, on the host. */
export interface Features {
  /** `[count, size]`, row by row. */
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
  /** `[count]`: the class of each row, from 0. */
  readonly labels?: Int32Array;
}

/** Features of which every row has a class. */
export interface LabelledFeatures extends Features {
  readonly labels: Int32Array;
}

/** Refuses features that are empty, cut off, or hold NaN or infinity. */
export function assertFeatures(what: string, features: Features): void {
  assertRows(what, features);
  if (allFinite(features.values)) return;
  throw notFinite(what, features);
}

function assertRows(what: string, { values, count, size }: Features): void {
  if (count > 0 && size > 0 && values.length === count * size) return;
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__FEATURES_INVALID",
    { what, count, size, values: values.length },
    {
      expected: `${what} features of at least one row, count * size values`,
      received: `count ${count}, size ${size} and ${values.length} values`,
      remedy: "embed() makes them; a dataset is not empty.",
    },
  );
}

/** Ten times as fast as to ask each value: a million rows of 2048 numbers are two thousand million. */
function allFinite(values: Float32Array): boolean {
  let zero = 0;
  for (let i = 0; i < values.length; i++) zero += (values[i] as number) * 0; // NaN from there on where it is not finite
  return zero === 0;
}

/** The error of features that hold NaN or infinity. */
export function notFinite(what: string, { values, size }: Features) {
  const broken = values.findIndex((value) => !Number.isFinite(value));
  const row = Math.floor(broken / size);
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE",
    { what, row },
    {
      expected: `finite ${what} features`,
      received: `${values[broken]} in row ${row}`,
      remedy: "The encoder has diverged: go back to an earlier checkpoint and lower its learning rate.",
    },
  );
}

/** Refuses a train and a test set that no classifier can be measured on. */
export function assertClassification(
  train: Features,
  test: Features,
  classCount: number,
): asserts train is LabelledFeatures {
  assertClasses(train, test, classCount);
  assertFeatures("train", train);
  assertFeatures("test", test);
}

/** As {@link assertClassification}, for what looks at every value itself. */
export function assertClasses(train: Features, test: Features, classCount: number): asserts train is LabelledFeatures {
  assertSameSize(train, test);
  if (!Number.isInteger(classCount) || classCount < 2) {
    throw simclrError(
      "SIMCLR_ERROR__EVALUATION__ONE_CLASS",
      { classCount },
      {
        expected: "at least 2 classes",
        received: `classCount ${classCount}`,
        remedy: "Accuracy says nothing about one class; pass dataset.classNames.length.",
      },
    );
  }
  assertLabels("train", train, classCount);
  assertLabels("test", test, classCount);
  const first = (train.labels as Int32Array)[0];
  if ((train.labels as Int32Array).some((label) => label !== first)) return;
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__ONE_CLASS",
    { classCount },
    {
      expected: "train features of at least 2 classes",
      received: `class ${first} alone`,
      remedy: "Shuffle before taking a subset: image folders and CIFAR's files are often sorted by class.",
    },
  );
}

/** Refuses two sets of features that are empty or of different encoders. */
export function assertSameSize(train: Features, test: Features): void {
  assertRows("train", train);
  assertRows("test", test);
  if (train.size === test.size) return;
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__FEATURE_SIZE_MISMATCH",
    { train: train.size, test: test.size },
    {
      expected: "features of one encoder",
      received: `${train.size} numbers a row for training, ${test.size} for testing`,
      remedy: "Embed both sets with the same encoder.",
    },
  );
}

/** Refuses features of which a row has no class, or one outside [0, classCount). */
export function assertLabels<Rows extends Pick<Features, "count" | "labels">>(
  what: string,
  rows: Rows,
  classCount: number,
): asserts rows is Rows & { readonly labels: Int32Array } {
  const { labels, count } = rows;
  if (labels?.length !== count) {
    throw simclrError(
      "SIMCLR_ERROR__EVALUATION__LABELS_MISSING",
      { what },
      {
        expected: `a label for each of the ${count} ${what} features`,
        received: `${labels?.length ?? "no"} labels`,
        remedy: "Use a dataset with labels: an image folder with a folder for each class, CIFAR, digits.",
      },
    );
  }
  const row = labels.findIndex((label) => label < 0 || label >= classCount);
  if (row < 0) return;
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__LABEL_OUT_OF_RANGE",
    { what, row, label: labels[row] as number, classCount },
    {
      expected: `${what} labels from 0 to ${classCount - 1}`,
      received: `${labels[row]} in row ${row}`,
      remedy: "Pass the number of all classes as classCount.",
    },
  );
}
