import { readFileSync, realpathSync } from "node:fs";
import { memoryAdviser } from "./memory-adviser.js";

/**
 * Leaves to the system the pages of libraries' files that loading alone read: tables of relocations, the registration of
 * thousands of operations, 220 MB of TensorFlow's. What is needed again is mapped again, from the system's cache of files. Only
 * what equals the file goes: no page that may be written to, and none of a range that loading has changed.
 */
export function releaseLibraryPages(paths: readonly string[]): void {
  if (process.platform !== "linux") return;
  const advise = memoryAdviser("notNeeded");
  const files = new Set(paths.map((path) => realpathSync(path)));
  let range: { readonly start: bigint; readonly bytes: number } | undefined;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const mapped = /^([0-9a-f]+)-([0-9a-f]+) r-.p \S+ \S+ \d+ +(.+)$/.exec(line);
    if (mapped) {
      const [start, end] = [BigInt(`0x${mapped[1]}`), BigInt(`0x${mapped[2]}`)];
      range = files.has(mapped[3] as string) ? { start, bytes: Number(end - start) } : undefined;
    } else if (/^[0-9a-f]+-/.test(line)) range = undefined;
    else if (range && /^Anonymous: +0 kB$/.test(line)) advise(range.start, range.bytes);
  }
}
