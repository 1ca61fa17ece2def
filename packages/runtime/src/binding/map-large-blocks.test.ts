import koffi from "koffi";
import { beforeAll, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { mapLargeBlocks } from "./map-large-blocks.js";

const counts = ["arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"]; // biome-ignore format: one line

// Koffi's settings are made before its first library, by the runtime.
beforeAll(async () => {
  await useTensorFlow();
});

it.runIf(process.platform === "linux")("gives blocks of 1 MiB and more back to the system", () => {
  const libc = koffi.load(null);
  const info = libc.func("mallinfo2", koffi.struct(Object.fromEntries(counts.map((name) => [name, "size_t"]))), []);
  const allocate = libc.func("malloc", "void *", ["size_t"]);
  const free = libc.func("free", "void", ["void *"]);
  const isMapped = (bytes: number) => {
    const before = info().hblkhd;
    const block = allocate(bytes);
    const mapped = info().hblkhd - before >= bytes;
    free(block);
    return mapped;
  };
  isMapped(24 * 2 ** 20); // from here on glibc by itself would map nothing smaller
  expect(mapLargeBlocks({ MALLOC_MMAP_THRESHOLD_: "33554432" })).toBe(false);
  expect(mapLargeBlocks({})).toBe(true);
  for (const mebibytes of [12, 20, 12]) expect(isMapped(mebibytes * 2 ** 20)).toBe(true);
});
