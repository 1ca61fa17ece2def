import { readFile } from "node:fs/promises";
import type { Dataset } from "./dataset.js";
import { invalidArgument, simclrError, unreadable } from "./errors.js";
import type { ImageFolder } from "./image-folder.js";
import { subset } from "./subset.js";

/**
 * The images that a published list names, in the dataset's order: a text file with one file name on each line, as
 * google-research/simclr's `imagenet_subsets/1percent.txt`. A name with `/` is a path below the folder's root; any other
 * is a file's own name, in whatever folder it lies.
 *
 * @throws SIMCLR_ERROR__DATA__NAMES_NOT_FOUND when names of the list are not in the folder, or stand for several files
 * @throws SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a list without a name
 * @see google-research/simclr@383d414 imagenet_subsets
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { imageFolder, namedSubset } from "@simclr/data";
 * const photos = await imageFolder("photos", { imageSize: [32, 32] });
 * await writeFile("labelled.txt", `${photos.paths[0]}\n${photos.paths.at(-1)}\n`);
 * const few = await namedSubset(photos, "labelled.txt");
 * console.log(few.length, few.labels); // 2, [0, 1]
 * ```
 */
export async function namedSubset(folder: ImageFolder, listPath: string): Promise<Dataset> {
  const text = await readFile(listPath, "utf8").catch((cause) => {
    throw unreadable(listPath, cause);
  });
  const names = [...new Set(text.split(/\r?\n/).map((line) => line.trim()))].filter((line) => line !== "");
  if (names.length === 0) throw invalidArgument("listPath", listPath, "a file with at least one file name");
  const found = new Map<string, number[]>();
  const add = (name: string, index: number) => found.set(name, [...(found.get(name) ?? []), index]);
  folder.paths.forEach((path, index) => {
    if (path.includes("/")) add(path, index);
    add(path.slice(path.lastIndexOf("/") + 1), index);
  });
  const wrong = names.filter((name) => found.get(name)?.length !== 1);
  if (wrong.length > 0) throw namesNotFound(listPath, wrong, names.length, folder);
  const indices = names.map((name) => (found.get(name) as number[])[0] as number);
  return subset(
    folder,
    [...new Set(indices)].sort((a, b) => a - b),
  );
}

function namesNotFound(list: string, wrong: readonly string[], total: number, { root, length }: ImageFolder) {
  const first = wrong.slice(0, 5);
  return simclrError(
    "SIMCLR_ERROR__DATA__NAMES_NOT_FOUND",
    { list, count: wrong.length, first },
    {
      expected: `each of the ${total} names in ${list} to be one file below ${root}, which has ${length} images`,
      received: `${wrong.length} that are not, or are several: ${first.join(", ")}${wrong.length > first.length ? ", ..." : ""}`,
      remedy:
        "Check that the folder is the whole training set, and that the names have the files' endings; write paths where names repeat.",
    },
  );
}
