import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expand } from "brace-expansion";
import { pathMissing } from "./assert-folder.js";
import { simclrError } from "./errors.js";
import { sortedByBytes } from "./find-images.js";

/**
 * The files that a pattern stands for: `shard-{000..009}.tar`; a folder stands for the files in it with the ending, in the
 * order of their names.
 *
 * @param filesOf the names of a folder's files, where more than the ending tells
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NO_SHARDS
 */
export async function shardPaths(
  patterns: string | readonly string[],
  ending: string,
  filesOf = (folder: string) => namesIn(folder, ending),
): Promise<string[]> {
  const all = typeof patterns === "string" ? [patterns] : patterns;
  const paths: string[] = [];
  for (const pattern of all) {
    // A path that is there is no pattern, whatever braces its folders have.
    const there = await stat(pattern).catch(() => undefined);
    for (const path of there ? [pattern] : expand(pattern)) paths.push(...(await filesAt(path, filesOf)));
  }
  if (paths.length > 0) return paths;
  const pattern = all.join(", ");
  throw simclrError(
    "SIMCLR_ERROR__DATA__NO_SHARDS",
    { pattern },
    {
      expected: `files that end in ${ending}`,
      received: `none at ${pattern || "(nothing)"}`,
      remedy: `Name a file, several as shard-{000..009}${ending}, or the folder that they lie in.`,
    },
  );
}

async function filesAt(path: string, filesOf: (folder: string) => Promise<string[]>): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw await pathMissing(path);
  if (!found.isDirectory()) return [path];
  return (await filesOf(path)).map((name) => join(path, name));
}

async function namesIn(folder: string, ending: string): Promise<string[]> {
  return sortedByBytes((await readdir(folder)).filter((name) => name.endsWith(ending) && !name.startsWith(".")));
}
