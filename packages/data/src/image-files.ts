import { join } from "node:path";
import type { EncodedImages } from "./decoded-dataset.js";
import { unreadable } from "./errors.js";
import type { FolderLabels } from "./folder-labels.js";
import { readWholeFile, releaseFile } from "./read-whole-file.js";

/** Image files below a root, each read when it is wanted. */
export function imageFiles(root: string, paths: readonly string[], named?: FolderLabels): EncodedImages {
  const pathOf = (index: number) => join(root, paths[index] as string);
  return {
    length: paths.length,
    ...named,
    pathOf,
    release: releaseFile,
    bytesOf: (index) =>
      readWholeFile(pathOf(index)).catch((cause) => {
        throw unreadable(pathOf(index), cause);
      }),
  };
}
