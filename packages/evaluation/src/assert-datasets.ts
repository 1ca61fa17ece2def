import { invalidArgument, simclrError } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { emptyClass, tooFewImages } from "./errors.js";
import type { EvaluationDatasets } from "./evaluator.js";
import { assertLabels } from "./features.js";

/**
 * Refuses datasets that no classifier can be measured on, before an image is decoded: each part has at least 2 images,
 * all have labels and as many channels, and no part lacks a class.
 *
 * @returns the number of classes: the train part's names, or one more than its highest label
 */
export function assertDatasets({ train, validation, test }: EvaluationDatasets): number {
  const parts: [what: string, dataset: Dataset][] = [["train", train]];
  if (validation) parts.push(["validation", validation]);
  parts.push(["test", test]);
  for (const [what, { length }] of parts) if (length < 2) throw tooFewImages(what, length);
  const channels = train.imageShape[2];
  for (const [what, { imageShape }] of parts) {
    if (imageShape[2] === channels) continue;
    throw invalidArgument(
      "datasets",
      `${imageShape[2]} channels`,
      `${what} images of ${channels} channels, as train's`,
    );
  }
  const highest = train.labels?.reduce((most, label) => Math.max(most, label), 0) ?? 0;
  const classCount = train.classNames?.length ?? highest + 1;
  for (const [what, { length, labels, classNames }] of parts) {
    const rows = { count: length, ...(labels && { labels }) };
    assertLabels(what, rows, classCount);
    const present = new Set(rows.labels);
    for (let label = 0; label < classCount; label++) {
      if (!present.has(label)) throw emptyClass(what, label, classNames?.[label] ?? train.classNames?.[label]);
    }
  }
  if (classCount >= 2) return classCount;
  throw simclrError(
    "SIMCLR_ERROR__EVALUATION__ONE_CLASS",
    { classCount },
    {
      expected: "at least 2 classes",
      received: "1",
      remedy: "Accuracy says nothing about one class: use a folder with a folder for each class.",
    },
  );
}
