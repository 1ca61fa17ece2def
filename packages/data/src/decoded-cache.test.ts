import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { type DecodedCache, decodedCache, imageFolder } from "./index.js";
import { busy, picture, plainPng, temporaryFolder, writeFiles } from "./testing/files.js";

const photos = await temporaryFolder();
await writeFiles(photos, {
  "a.png": await picture(9, 5, busy).png().toBuffer(),
  "b.jpg": await picture(30, 40, busy).jpeg().toBuffer(),
  "c.png": await plainPng(1, 2, 3, 8, 8),
});
const shared = await temporaryFolder();
datasetContract("a folder with a cache", async () =>
  imageFolder(photos, { imageSize: [8, 8], cache: await decodedCache(shared) }),
);

/** Counts what is decoded. */
async function counting(folder: string) {
  const inner = await decodedCache(folder);
  const counts = { decoded: 0 };
  const cache: DecodedCache = {
    read: (file, decoder, decode) =>
      inner.read(file, decoder, () => {
        counts.decoded++;
        return decode();
      }),
  };
  return { cache, counts };
}

const entriesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

it("decodes once for all datasets and runs that share it, and gives the same pixels", async () => {
  const folder = await temporaryFolder();
  const plain = await imageFolder(photos, { imageSize: [8, 8] });
  const expected = await plain.read([0, 1, 2]);
  const { cache, counts } = await counting(folder);
  for (let run = 0; run < 2; run++) {
    const dataset = await imageFolder(photos, { imageSize: [8, 8], cache });
    expect(await dataset.read([0, 1, 2])).toEqual(expected);
  }
  const later = await counting(folder);
  expect(await (await imageFolder(photos, { imageSize: [8, 8], cache: later.cache })).read([0, 1, 2])).toEqual(
    expected,
  );
  expect([counts.decoded, later.counts.decoded]).toEqual([3, 0]);
  expect((await entriesOf(folder)).length).toBe(3);
});

it("keeps every size, way of fitting, number of channels and background apart", async () => {
  const { cache, counts } = await counting(await temporaryFolder());
  const settings = [
    { imageSize: [8, 8] },
    { imageSize: [8, 9] },
    { imageSize: [8, 8], fit: "cover" },
    { imageSize: [8, 8], channels: 1 },
    { imageSize: [8, 8], background: [0, 0, 0] },
  ] as const;
  for (const options of settings) {
    const [plain, kept] = [await imageFolder(photos, options), await imageFolder(photos, { ...options, cache })];
    expect(await kept.read([0, 1])).toEqual(await plain.read([0, 1]));
  }
  expect(counts.decoded).toBe(10);
});

it("decodes anew what has changed, and what is damaged in the cache", async () => {
  const [folder, own] = [await temporaryFolder(), await temporaryFolder()];
  await writeFiles(own, { "a.png": await plainPng(10, 20, 30) });
  const { cache, counts } = await counting(folder);
  const open = () => imageFolder(own, { imageSize: [4, 4], cache });
  const first = await (await open()).read([0]);
  const [entry] = await entriesOf(folder);
  const whole = await readFile(entry as string);
  for (const damaged of [whole.with(20, 99), whole.subarray(0, 30), Buffer.alloc(0), whole.with(0, 3)]) {
    await writeFile(entry as string, damaged);
    expect(await (await open()).read([0])).toEqual(first);
    expect((await readFile(entry as string)).equals(whole)).toBe(true);
  }
  expect(counts.decoded).toBe(5);
  await writeFiles(own, { "a.png": await plainPng(11, 20, 30) });
  expect((await (await open()).read([0])).images[0]).toBe(11);
});

it("goes on without, and says so once, where nothing can be written", async () => {
  const folder = await temporaryFolder();
  const warnings: string[] = [];
  const cache = await decodedCache(folder, { onWarning: (message) => warnings.push(message) });
  // Files lie where its folders would be made.
  await writeFiles(folder, Object.fromEntries(Array.from({ length: 256 }, (_, i) => [i.toString(16).padStart(2, "0"), ""]))); // biome-ignore format: one line
  const dataset = await imageFolder(photos, { imageSize: [8, 8], cache });
  expect(await dataset.read([0, 1])).toEqual(await (await imageFolder(photos, { imageSize: [8, 8] })).read([0, 1]));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(folder);
  await expect(decodedCache(join(photos, "a.png"))).rejects.toThrow("SIMCLR_ERROR__DATA__UNREADABLE");
});
