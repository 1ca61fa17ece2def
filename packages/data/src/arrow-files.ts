import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unreadable } from "./errors.js";
import { sortedByBytes } from "./find-images.js";

/**
 * The Arrow files of a folder that make its table, by name: those that `state.json` lists, which `datasets` writes beside a
 * saved one; without it all that end in `.arrow`, but for the `cache-` files that `datasets` leaves of its computations.
 *
 * @returns in order; none where there are none
 * @throws SIMCLR_ERROR__DATA__UNREADABLE
 * @see `Dataset.save_to_disk` and `DatasetDict.save_to_disk` of https://huggingface.co/docs/datasets
 * @example
 * ```ts no-run
 * import { arrowFiles } from "@simclr/data";
 * console.log(await arrowFiles("cifar10-on-disk/train")); // data-00000-of-00001.arrow
 * ```
 */
export async function arrowFiles(folder: string): Promise<string[]> {
  const all = await readdir(folder).catch((cause) => {
    throw unreadable(folder, cause);
  });
  const tables = all.filter((name) => name.endsWith(".arrow") && !/^(\.|cache-)/.test(name));
  const saved = tables.length > 0 && all.includes("state.json") ? await savedFiles(folder) : [];
  return saved.length > 0 ? saved : sortedByBytes(tables);
}

async function savedFiles(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, "state.json"), "utf8").catch((cause) => {
    throw unreadable(join(folder, "state.json"), cause);
  });
  try {
    const { _data_files } = JSON.parse(text) as { _data_files?: readonly { readonly filename: string }[] };
    return (_data_files ?? []).map(({ filename }) => filename).filter((name) => typeof name === "string");
  } catch {
    // Somebody else's file of that name.
    return [];
  }
}
