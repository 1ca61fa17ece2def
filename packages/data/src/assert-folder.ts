import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { closestMatch } from "leven";
import { simclrError, unreadable } from "./errors.js";

/**
 * Refuses a path that is not a folder.
 *
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function assertFolder(path: string): Promise<void> {
  const found = await statIfThere(path);
  if (!found) throw await pathMissing(path);
  if (found.isDirectory()) return;
  throw simclrError(
    "SIMCLR_ERROR__DATA__NOT_A_FOLDER",
    { path },
    {
      expected: "the path of a folder",
      received: `${path}, which is a file`,
      remedy: "Unpack an archive first; of an image, name the folder that it is in.",
    },
  );
}

/** The folder that an archive's files are in: the path itself, or one of the archive's usual name within it. */
export async function folderOf(path: string, usualName: string): Promise<string> {
  await assertFolder(path);
  const inner = await stat(join(path, usualName)).catch(() => undefined);
  return inner?.isDirectory() ? join(path, usualName) : path;
}

/** A text file's lines, without those that are empty. */
export async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(async (cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" ? await pathMissing(path) : unreadable(path, cause);
  });
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** The error for a path that is not there, with the path that may have been meant. */
export async function pathMissing(path: string) {
  const nearest = await nearestPath(resolve(path));
  return simclrError(
    "SIMCLR_ERROR__DATA__PATH_MISSING",
    { path, ...(nearest && { nearest }) },
    {
      expected: "a path that exists",
      received: path,
      remedy: nearest ? `Did you mean ${nearest}?` : `Relative paths start from ${process.cwd()}.`,
    },
  );
}

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unreadable(path, cause);
  }
}

/** Follows the path as far as it goes, and there takes the name most like the one that is missing. */
async function nearestPath(path: string): Promise<string | undefined> {
  const parent = dirname(path);
  if (parent === path) return undefined;
  const start = (await statIfThere(parent)) ? parent : await nearestPath(parent);
  if (!start) return undefined;
  const name = basename(path);
  const siblings = await readdir(start).catch((): string[] => []);
  const match = siblings.includes(name)
    ? name
    : closestMatch(name, siblings, { maxDistance: Math.ceil(name.length / 3) });
  return match && join(start, match);
}
