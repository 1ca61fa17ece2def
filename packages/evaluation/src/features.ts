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

/** What makes a row one of length 1: divide it by its largest value, then multiply. */
export interface RowScales {
  readonly largest: Float32Array;
  /** Largest value over length; 0 for a row of zeros. */
  readonly factor: Float32Array;
}

/**
 * The scale of every row. In double precision squares of float32 neither overflow nor vanish, so that a length is finite
 * where all values are: one pass over the features for both.
 *
 * @throws SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE
 */
export function rowScales(what: string, features: Features): RowScales {
  const { values, count, size } = features;
  const scales = { largest: new Float32Array(count).fill(1), factor: new Float32Array(count) };
  for (let row = 0; row < count; row++) {
    // Four sums: an addition need not wait for the one before. Of squares, which are exact here, the largest has no sign to ask for.
    let sum = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    let largest = 0;
    let otherLargest = 0;
    const end = (row + 1) * size;
    let at = row * size;
    for (; at + 3 < end; at += 4) {
      const a = (values[at] as number) * (values[at] as number);
      const b = (values[at + 1] as number) * (values[at + 1] as number);
      const c = (values[at + 2] as number) * (values[at + 2] as number);
      const d = (values[at + 3] as number) * (values[at + 3] as number);
      sum += a;
      second += b;
      third += c;
      fourth += d;
      if (a > largest) largest = a;
      if (b > largest) largest = b;
      if (c > otherLargest) otherLargest = c;
      if (d > otherLargest) otherLargest = d;
    }
    for (; at < end; at++) {
      const square = (values[at] as number) * (values[at] as number);
      sum += square;
      if (square > largest) largest = square;
    }
    sum += second + third + fourth;
    largest = Math.sqrt(Math.max(largest, otherLargest));
    if (!Number.isFinite(sum)) throw notFinite(what, features);
    if (sum === 0) continue;
    scales.largest[row] = largest;
    scales.factor[row] = largest / Math.sqrt(sum);
  }
  return scales;
}

function notFinite(what: string, { values, size }: Features) {
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
