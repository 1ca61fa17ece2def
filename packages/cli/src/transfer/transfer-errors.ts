import { simclrError } from "../errors.js";
import { shown } from "../run/run-settings.js";

export function folderMissing(dataset: string, folder: string, layout: string | undefined) {
  return simclrError(
    "SIMCLR_ERROR__CLI__TRANSFER_FOLDER_MISSING",
    { dataset, folder },
    {
      expected: `the images of ${dataset} in ${shown(folder)}`,
      received: "no such folder",
      remedy: `Name the folder that it lies in: --data-folder. ${layout ?? ""}`.trim(),
    },
  );
}

export function splitMissing(dataset: string, part: string, path: string, layout: string | undefined) {
  return simclrError(
    "SIMCLR_ERROR__CLI__TRANSFER_SPLIT_MISSING",
    { dataset, part, path },
    {
      expected: `${dataset}'s ${part} images by ${shown(path)}`,
      received: "nothing there",
      remedy:
        layout ?? "A dataset is a folder with train/<class> and test/<class>, or has a descriptor that says otherwise.",
    },
  );
}

export function listInvalid(dataset: string, list: string, line: number, received: string, expected: string) {
  return simclrError(
    "SIMCLR_ERROR__CLI__TRANSFER_LIST_INVALID",
    { dataset, list, line },
    {
      expected: `${expected} in line ${line} of ${shown(list)}`,
      received,
      remedy: "Check the file against its source.",
    },
  );
}

export function imagesMissing(dataset: string, list: string, missing: readonly string[], total: number) {
  const first = missing.slice(0, 5);
  return simclrError(
    "SIMCLR_ERROR__CLI__TRANSFER_IMAGES_MISSING",
    { dataset, list, count: missing.length, first },
    {
      expected: `each of the ${total} images that ${shown(list)} names`,
      received: `${missing.length} that are not there: ${first.join(", ")}${missing.length > 5 ? ", ..." : ""}`,
      remedy: "Unpack the archive again, or take the lines out of the list.",
    },
  );
}

export function classEmpty(dataset: string, part: string, className: string, needed: number, found: number) {
  return simclrError(
    "SIMCLR_ERROR__CLI__TRANSFER_CLASS_EMPTY",
    { dataset, part, className },
    {
      expected: `at least ${needed} ${part} ${needed === 1 ? "image" : "images"} of ${dataset}'s class ${className}`,
      received: found === 0 ? "none" : `${found}`,
      remedy: "Add images of it, or take the class out of all parts.",
    },
  );
}

export function labelUnknown(dataset: string, part: string, image: string, label: string | undefined) {
  return simclrError(
    "SIMCLR_ERROR__CLI__TRANSFER_LABEL_UNKNOWN",
    { dataset, part, image, ...(label !== undefined && { label }) },
    {
      expected: `a class that ${dataset}'s train images have for the ${part} image ${image}`,
      received: label === undefined ? "no label" : `"${label}"`,
      remedy: "Name its folder as the train part's, or give the image a label.",
    },
  );
}
