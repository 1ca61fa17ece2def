import { simclrError } from "./errors.js";
import type { FolderLabels } from "./folder-labels.js";

/**
 * The labels of files by a list that has a class name for each.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_LABEL_LIST for a file that the list leaves out, or a class that there is not
 */
export function labelledByList(
  list: string,
  paths: readonly string[],
  classNames: readonly string[],
  classOf: (fileName: string, position: number) => string | undefined,
): FolderLabels {
  const labelOf = new Map(classNames.map((name, label) => [name, label]));
  const labels = paths.map((path, position) => {
    const fileName = path.slice(path.lastIndexOf("/") + 1);
    const className = classOf(fileName, position);
    const label = labelOf.get(className ?? "");
    if (label !== undefined) return label;
    throw invalidLabelList(list, position + 1, `a class for ${fileName}`, className ? `"${className}", which no folder is called` : "none"); // biome-ignore format: one line
  });
  return { classNames, labels: Int32Array.from(labels) };
}

/** A list of labels that does not fit its images. */
export function invalidLabelList(path: string, line: number, expected: string, received: string) {
  return simclrError(
    "SIMCLR_ERROR__DATA__INVALID_LABEL_LIST",
    { path, line },
    { expected: `${path} to have ${expected}`, received, remedy: "Compare the list with the folder: both have to be whole, and belong together." }, // biome-ignore format: one line
  );
}
