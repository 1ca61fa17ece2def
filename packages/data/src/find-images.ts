import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { unreadable } from "./errors.js";

/** What sharp decodes everywhere without further libraries. */
export const imageExtensions = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif"] as const;

export interface FoundImages {
  /** Relative to the root, with `/`, sorted by their bytes in UTF-8: the same order on every machine. */
  readonly paths: readonly string[];
  /** Files of other kinds, and links to nothing. */
  readonly otherFileCount: number;
  /** Files and folders whose names start with a dot. */
  readonly hiddenCount: number;
}

/**
 * Finds images at any depth, by the ends of their names. Links are followed, but never back into a folder that they lie in.
 *
 * @param extensions in lower case, with the dot
 * @throws SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function findImages(root: string, extensions: ReadonlySet<string>): Promise<FoundImages> {
  const paths: string[] = [];
  let otherFileCount = 0;
  let hiddenCount = 0;

  async function visit(folder: string, above: readonly string[]): Promise<void> {
    const absolute = join(root, folder);
    const entries = await readdir(absolute, { withFileTypes: true }).catch((cause) => {
      throw unreadable(absolute, cause);
    });
    await Promise.all(
      entries.map(async (entry) => {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.name.startsWith(".")) {
          hiddenCount++;
          return;
        }
        const kind = await kindOf(entry, join(root, path));
        if (kind === "folder") {
          // Only a link can lead back.
          const real = entry.isSymbolicLink()
            ? await realpath(join(root, path))
            : join(above.at(-1) as string, entry.name);
          if (!above.includes(real)) await visit(path, [...above, real]);
        } else if (kind === "file" && extensions.has(extname(entry.name).toLowerCase())) paths.push(path);
        else otherFileCount++;
      }),
    );
  }

  await visit("", [await realpath(root)]);
  return { paths: sortedByBytes(paths), otherFileCount, hiddenCount };
}

async function kindOf(entry: Dirent, absolute: string): Promise<"file" | "folder" | "other"> {
  const target = entry.isSymbolicLink() ? await stat(absolute).catch(() => undefined) : entry;
  if (target?.isDirectory()) return "folder";
  return target?.isFile() ? "file" : "other";
}

/** JavaScript's own order is that of UTF-16, which differs for names with emoji. */
export function sortedByBytes(names: readonly string[]): string[] {
  const pairs = names.map((name) => ({ name, bytes: Buffer.from(name) }));
  return pairs.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ name }) => name);
}
