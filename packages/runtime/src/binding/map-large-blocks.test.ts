import koffi from "koffi";
import { beforeAll, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { mapLargeBlocks } from "./map-large-blocks.js";

/** In the word before a block, glibc's malloc.c: it was mapped for itself alone, and goes back when it is freed. */
const mappedBit = 2n;

// Koffi's settings are made before its first library, by the runtime.
beforeAll(async () => {
  await useTensorFlow();
});

it.runIf(process.platform === "linux")("gives blocks of 1 MiB and more back to the system", () => {
  const libc = koffi.load(null);
  const allocate = libc.func("malloc", "uintptr_t", ["size_t"]);
  const free = libc.func("free", "void", ["uintptr_t"]);
  const copy = libc.func("memcpy", "void *", ["void *", "uintptr_t", "size_t"]);
  // Of many blocks that are held, the last: whatever glibc had free before serves the first of them.
  const isMapped = (bytes: number) => {
    const blocks = Array.from({ length: 40 }, () => BigInt(allocate(bytes)));
    const word = new BigUint64Array(1);
    copy(word, (blocks.at(-1) as bigint) - 8n, 8);
    for (const block of blocks) free(block);
    return ((word[0] as bigint) & mappedBit) !== 0n;
  };
  expect(isMapped(4096)).toBe(false);
  isMapped(24 * 2 ** 20); // from here on glibc by itself would map nothing smaller
  expect(mapLargeBlocks({ MALLOC_MMAP_THRESHOLD_: "33554432" })).toBe(false);
  expect(mapLargeBlocks({})).toBe(true);
  for (const mebibytes of [12, 20, 12]) expect(isMapped(mebibytes * 2 ** 20)).toBe(true);
});
