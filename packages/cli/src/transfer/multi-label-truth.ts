import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TransferDescriptor } from "./transfer-descriptor.js";
import { labelUnknown, listInvalid, splitMissing } from "./transfer-errors.js";

/** What images show, by the names of their files. */
export interface MultiLabelTable {
  readonly classNames: readonly string[];
  /** @throws SIMCLR_ERROR__CLI__TRANSFER_LABEL_UNKNOWN for an image that the table does not have */
  truthOf(part: string, paths: readonly string[]): Int8Array;
}

/**
 * Reads `path,classes,difficult`: a header, then for each image its file's name, its classes parted by spaces, and those
 * of them that are too hard to count, which may be left out.
 *
 * @throws SIMCLR_ERROR__CLI__TRANSFER_SPLIT_MISSING, SIMCLR_ERROR__CLI__TRANSFER_LIST_INVALID
 */
export async function readMultiLabels(folder: string, descriptor: TransferDescriptor): Promise<MultiLabelTable> {
  const { name, labels = "labels.csv", layout } = descriptor;
  const file = join(folder, labels);
  const text = await readFile(file, "utf8").catch(() => {
    throw splitMissing(name, "labelled", file, layout);
  });
  const [header = "", ...lines] = text.split(/\r?\n/);
  if (!/^path,classes(,difficult)?$/.test(header.trim())) {
    throw listInvalid(name, file, 1, `"${header}"`, "path,classes,difficult");
  }
  const rows = new Map<string, { shown: string[]; difficult: string[] }>();
  lines.forEach((line, at) => {
    if (line.trim() === "") return;
    const cells = line.split(",");
    if (cells.length < 2 || cells.length > 3) throw listInvalid(name, file, at + 2, `"${line}"`, "two or three cells");
    const words = (cell = "") => cell.trim().split(/\s+/).filter(Boolean);
    rows.set((cells[0] as string).trim(), { shown: words(cells[1]), difficult: words(cells[2]) });
  });
  const classNames = [...new Set([...rows.values()].flatMap(({ shown }) => shown))].sort();
  const labelOf = new Map(classNames.map((className, label) => [className, label]));
  return {
    classNames,
    truthOf: (part, paths) => {
      const truth = new Int8Array(paths.length * classNames.length);
      paths.forEach((path, row) => {
        const own = rows.get(path) ?? rows.get(path.slice(path.lastIndexOf("/") + 1));
        if (!own) throw labelUnknown(name, part, path, undefined);
        const set = (className: string, value: number) => {
          const label = labelOf.get(className);
          if (label !== undefined) truth[row * classNames.length + label] = value;
        };
        for (const className of own.difficult) set(className, -1);
        for (const className of own.shown) set(className, 1);
      });
      return truth;
    },
  };
}
