import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { readWholeFile, releaseFile } from "./read-whole-file.js";
import { temporaryFolder, writeFiles } from "./testing/files.js";

const folder = await temporaryFolder();
await writeFiles(folder, { small: "some bytes", empty: "", large: Buffer.alloc(3_000_000, 7) });

it("lends memory again once it was released, and to one at a time", async () => {
  const path = join(folder, "small");
  const [first, second] = [await readWholeFile(path), await readWholeFile(path)];
  expect(second.buffer).not.toBe(first.buffer);
  releaseFile(first);
  releaseFile(first);
  const [third, fourth] = [await readWholeFile(path), await readWholeFile(path)];
  expect(third.buffer).toBe(first.buffer);
  expect(fourth.buffer).not.toBe(first.buffer);
  releaseFile(new Uint8Array(4)); // not its own
  for (const bytes of [second, third, fourth]) expect(bytes.toString()).toBe("some bytes");
  for (const bytes of [second, third, fourth]) releaseFile(bytes);
  expect(Buffer.alloc(3_000_000, 7).equals(await readWholeFile(join(folder, "large")))).toBe(true);
});

it("gives a file's bytes, at once and through the pool", async () => {
  const clock = vi.spyOn(performance, "now");
  try {
    let now = 0;
    // A reading of twenty milliseconds, then those of the next second, then one after it.
    for (const step of [20, 0, 0, 2000]) {
      clock.mockImplementation(() => (now += step));
      expect((await readWholeFile(join(folder, "small"))).toString()).toBe("some bytes");
      expect((await readWholeFile(join(folder, "empty"))).length).toBe(0);
      expect(Buffer.alloc(3_000_000, 7).equals(await readWholeFile(join(folder, "large")))).toBe(true);
      await expect(readWholeFile(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
    }
  } finally {
    clock.mockRestore();
  }
});
