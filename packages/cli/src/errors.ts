declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__CLI__UNKNOWN_RECIPE: { name: string; known: string[]; nearest?: string };
    /** A recipe file that cannot be loaded, or holds no recipe. */
    SIMCLR_ERROR__CLI__RECIPE_FILE: { file: string; reason: string };
    SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY: { key: string; nearest?: string };
    SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE: { key: string; received: unknown };
    SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL: { name: string; known: string[]; nearest?: string };
    SIMCLR_ERROR__CLI__UNKNOWN_EXPERIMENT: { name: string; known: string[]; nearest?: string };
    SIMCLR_ERROR__CLI__INVALID_OPTION: { option: string; received: string };
    /** CIFAR-10 was asked for by name and lies in none of the places where it is looked for. */
    SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND: { lookedIn: string[] };
    /** Another dataset was asked for by name, with the same outcome. */
    SIMCLR_ERROR__CLI__DATASET_NOT_FOUND: { name: string; lookedIn: string[] };
    /** A folder that holds several datasets, or shards of several kinds. */
    SIMCLR_ERROR__CLI__AMBIGUOUS_DATA: { folder: string; found: string[] };
    SIMCLR_ERROR__CLI__TOO_FEW_IMAGES: { imageCount: number; batchSize: number };
    SIMCLR_ERROR__CLI__LABELS_MISSING: { data: string };
    SIMCLR_ERROR__CLI__RUN_EXISTS: { runFolder: string };
    SIMCLR_ERROR__CLI__RUN_NOT_FOUND: { runFolder: string };
    /** A file in a run's folder that is not what was written there: cut off, changed, or of another program. */
    SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED: { file: string; reason: string };
    SIMCLR_ERROR__CLI__UNKNOWN_DESCRIPTOR_KEY: { file: string; key: string; nearest?: string };
    SIMCLR_ERROR__CLI__INVALID_DESCRIPTOR: { file: string; reason: string };
    /** The name of no published dataset, and no folder and no file. */
    SIMCLR_ERROR__CLI__UNKNOWN_DATASET: { name: string; known: string[]; nearest?: string };
    SIMCLR_ERROR__CLI__TRANSFER_FOLDER_MISSING: { dataset: string; folder: string };
    /** A part's folder or list, or the file of labels, is not there or holds no image. */
    SIMCLR_ERROR__CLI__TRANSFER_SPLIT_MISSING: { dataset: string; part: string; path: string };
    SIMCLR_ERROR__CLI__TRANSFER_LIST_INVALID: { dataset: string; list: string; line: number };
    SIMCLR_ERROR__CLI__TRANSFER_IMAGES_MISSING: { dataset: string; list: string; count: number; first: string[] };
    SIMCLR_ERROR__CLI__TRANSFER_CLASS_EMPTY: { dataset: string; part: string; className: string };
    /** An image without a label, or with one that no train image has. */
    SIMCLR_ERROR__CLI__TRANSFER_LABEL_UNKNOWN: { dataset: string; part: string; image: string; label?: string };
  }
}

import { simclrError } from "@simclr/core";

/** What the user typed is not what it has to be. */
export function invalidOption(option: string, received: string, expected: string, remedy: string) {
  return simclrError("SIMCLR_ERROR__CLI__INVALID_OPTION", { option, received }, { expected, received, remedy });
}

/** Accuracies were asked for, or a method that learns from labels, of images that have none. */
export function labelsMissing(data: string, purpose = "to measure accuracies on") {
  return simclrError(
    "SIMCLR_ERROR__CLI__LABELS_MISSING",
    { data },
    {
      expected: `labelled images in ${data}, ${purpose}`,
      received: "images without labels",
      remedy: "Put them in folders named after their classes, at least two.",
    },
  );
}

export { isSimclrError, type SimclrErrorCode, simclrError } from "@simclr/core";
