import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { readWholeFile } from "./read-whole-file.js";
import { temporaryFolder, writeFiles } from "./testing/files.js";

const folder = await temporaryFolder();
await writeFiles(folder, { small: "some bytes", empty: "", large: Buffer.alloc(3_000_000, 7) });

it("gives a file's bytes, at once and through the pool", async () => {
  const clock = vi.spyOn(performance, "now");
  try {
    let now = 0;
    // A reading of two milliseconds, then those of the next second, then one after it.
    for (const step of [2, 0, 0, 2000]) {
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
