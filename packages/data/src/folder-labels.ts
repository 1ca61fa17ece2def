import { simclrError } from "./errors.js";
import { sortedByBytes } from "./find-images.js";

export interface FolderLabels {
  readonly classNames: readonly string[];
  readonly labels: Int32Array;
}

/** Folders with such names hold parts of a dataset, not classes. */
const splitNames = new Set(["train", "training", "test", "testing", "val", "valid", "validation", "eval", "unlabeled"]);

/**
 * Labels from the first folder of every path; classes are sorted by the bytes of their names.
 *
 * `"folders"` insists on it. `"auto"` does it when every image lies in a folder, there are at least two, and they are not
 * all named like parts of a dataset (`train`, `test`).
 *
 * @throws SIMCLR_ERROR__DATA__NO_CLASSES
 */
export function folderLabels(
  root: string,
  paths: readonly string[],
  wanted: "folders" | "none" | "auto",
): FolderLabels | undefined {
  if (wanted === "none") return undefined;
  const outside = paths.find((path) => !path.includes("/"));
  const folderOf = (path: string) => path.slice(0, Math.max(0, path.indexOf("/")));
  const classNames = sortedByBytes([...new Set(paths.map(folderOf))].filter((name) => name !== ""));
  const complete = outside === undefined && classNames.length >= 2;
  if (wanted === "auto" && (!complete || classNames.every((name) => splitNames.has(name.toLowerCase()))))
    return undefined;
  if (!complete) throw noClasses(root, classNames, outside);
  const labelOf = new Map(classNames.map((name, label) => [name, label]));
  return { classNames, labels: Int32Array.from(paths, (path) => labelOf.get(folderOf(path)) as number) };
}

function noClasses(path: string, classNames: string[], imageOutsideFolders: string | undefined) {
  return simclrError(
    "SIMCLR_ERROR__DATA__NO_CLASSES",
    { path, classNames, ...(imageOutsideFolders && { imageOutsideFolders }) },
    {
      expected: `${path} to have a folder for each of two or more classes, and every image in one of them`,
      received: imageOutsideFolders
        ? `the image ${imageOutsideFolders} outside of any folder`
        : `one folder, "${classNames[0]}"`,
      remedy: 'Move the images into folders named after their classes, or read them without labels: labels: "none".',
    },
  );
}
