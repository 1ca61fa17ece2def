import { Header, Pax } from "tar";
import { invalidShard } from "./errors.js";
import { type RangeReader, withRanges } from "./read-range.js";

/** A file in a tar file, and where its bytes are. */
export interface TarEntry {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

const block = 512;

/**
 * The files of a tar file in their order, from its headers alone: the files' own bytes are passed over.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export function tarIndex(path: string): Promise<TarEntry[]> {
  return withRanges(path, async (file) => {
    const entries: TarEntry[] = [];
    let position = 0;
    let extended: Pax | undefined;
    while (true) {
      const header = await headerAt(path, file, position, extended);
      if (header.nullBlock) return entries;
      const [start, length] = [position + block, header.size ?? 0];
      if (start + length > file.size) {
        throw invalidShard(path, `${start + length} bytes at least`, `${file.size}: it ends within ${header.path}`);
      }
      const before: Pax | undefined = extended;
      extended = undefined;
      if (header.type === "ExtendedHeader") extended = Pax.parse(await textAt(file, start, length), before);
      else if (header.type === "NextFileHasLongPath") {
        extended = new Pax({ path: (await textAt(file, start, length)).replace(/\0.*$/s, "") });
      } else if (header.type === "File" || header.type === "OldFile") {
        entries.push({ path: header.path as string, start, length });
      }
      position = start + Math.ceil(length / block) * block;
    }
  });
}

async function headerAt(path: string, file: RangeReader, position: number, extended: Pax | undefined): Promise<Header> {
  if (position + block > file.size) throw invalidShard(path, "an end of two empty blocks", "none: it ends early");
  const header = new Header(await file.read(position, block), 0, extended);
  if (header.nullBlock || header.cksumValid) return header;
  const what = position === 0 ? "something else: a tar.gz file has to be unpacked first" : "a damaged one";
  throw invalidShard(path, `a tar header at byte ${position}`, what);
}

async function textAt(file: RangeReader, start: number, length: number): Promise<string> {
  return (await file.read(start, length)).toString("utf8");
}
