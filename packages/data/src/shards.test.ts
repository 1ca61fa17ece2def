import { readFileSync } from "node:fs";
import { copyFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "tar";
import { describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { arrow, type DecodedDataset, type DecodingOptions, parquet, tfRecord, webDataset } from "./index.js";
import { plainPng, temporaryFolder, writeFiles } from "./testing/files.js";

// Written by the formats' Python libraries, decoded by Pillow: scripts/shards.py.
const fixtures = fileURLToPath(new URL("./fixtures", import.meta.url));
const golden = JSON.parse(readFileSync(join(fixtures, "pixels.json"), "utf8")) as {
  labels: number[];
  names: string[];
  pixels: number[][];
};
const options: DecodingOptions = { imageSize: [4, 4], onCorrupt: "refuse" };
const all = golden.labels.map((_, index) => index);

type Open = (paths: string | readonly string[], options: DecodingOptions) => Promise<DecodedDataset>;
const formats: Record<string, { open: Open; pattern: string; ending: string }> = {
  tfRecord: {
    open: (paths, given) => tfRecord(paths, { firstLabel: 1, classNames: golden.names, ...given }),
    pattern: "train-{00000..00001}-of-00002.tfrecord",
    ending: ".tfrecord",
  },
  webDataset: {
    open: (paths, given) => webDataset(paths, { classNames: golden.names, ...given }),
    pattern: "train-{000..001}.tar",
    ending: ".tar",
  },
  arrow: { open: arrow, pattern: "train-{00000..00001}-of-00002.arrow", ending: ".arrow" },
  parquet: { open: parquet, pattern: "train-{00000..00001}-of-00002.parquet", ending: ".parquet" },
};

const png = await plainPng(9, 8, 7);
const code = "SIMCLR_ERROR__DATA__INVALID_SHARD";

for (const [name, { open, pattern, ending }] of Object.entries(formats)) {
  const first = join(fixtures, pattern.replace(/\{(\d+)\.\.\d+\}/, "$1"));
  datasetContract(name, () => open(join(fixtures, pattern), options));

  describe(name, () => {
    it("has Pillow's pixels and the labels, in the files' order", async () => {
      const dataset = await open(join(fixtures, pattern), options);
      const batch = await dataset.read(all);
      expect([...batch.images]).toEqual(golden.pixels.flat());
      expect([...(batch.labels as Int32Array)]).toEqual(golden.labels);
      expect(dataset.classNames).toEqual(golden.names);
    });

    it("reads a folder's files by their names, and a list as it is", async () => {
      const folder = await open(fixtures, options);
      expect((await folder.read(all)).images).toEqual(Uint8Array.from(golden.pixels.flat()));
      const second = first.replace("0-of", "1-of").replace("000.tar", "001.tar");
      const listed = await open([second, first], options);
      expect([...(listed.labels as Int32Array)]).toEqual([...golden.labels.slice(6), ...golden.labels.slice(0, 6)]);
      expect([...(await listed.read([7])).images]).toEqual(golden.pixels[1]);
    });

    it("refuses a file that ends early, wherever", async () => {
      const folder = await temporaryFolder();
      const { length } = await readFile(first);
      for (const [i, size] of [5, Math.floor(length / 2), length - 1].entries()) {
        const path = join(folder, `${i}${ending}`);
        await copyFile(first, path);
        // A tar file's end is ten thousand bytes of nothing, most of which nobody needs.
        await truncate(path, name === "webDataset" && i === 2 ? 9728 : size);
        await expect(open(path, options)).rejects.toMatchObject({ code, context: { path } });
      }
    });

    it("refuses a file of another kind, a missing one, and a folder without any", async () => {
      const folder = await temporaryFolder();
      await expect(open(folder, options)).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__NO_SHARDS" });
      await expect(open([], options)).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__NO_SHARDS" });
      await writeFile(join(folder, `other${ending}`), Buffer.alloc(2000, "text"));
      await expect(open(folder, options)).rejects.toMatchObject({ code });
      const missing = join(folder, `other{,s}${ending}`);
      const context = { path: join(folder, `others${ending}`), nearest: join(folder, `other${ending}`) };
      await expect(open(missing, options)).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__PATH_MISSING", context });
      await expect(open(first, { imageSize: [0, 4] })).rejects.toThrow("imageSize");
    });

    it("treats a corrupt image as imageFolder does: the next stands in, or it is refused", async () => {
      const path = join(fixtures, `special/corrupt${ending}`);
      const warnings: string[] = [];
      const onWarning = (warning: { path: string }) => warnings.push(warning.path);
      const dataset = await open(path, { ...options, onCorrupt: "skip", onWarning });
      for (let epoch = 0; epoch < 2; epoch++) {
        const batch = await dataset.read([0, 1, 2]);
        expect([...batch.indices]).toEqual([0, 2, 2]);
        expect([...(batch.labels as Int32Array)]).toEqual([0, 1, 2].map((i) => golden.labels[i === 1 ? 2 : i]));
        expect([...batch.images]).toEqual([0, 2, 2].flatMap((i) => golden.pixels[i]));
      }
      expect(warnings).toEqual([expect.stringMatching(/special\/corrupt\.[a-z]+, (record 1|sample0001\.jpg|row 1)$/)]);
      expect(dataset.pathOf(1)).toBe(warnings[0]);
      const refused = (await open(path, options)).read([1]);
      const context = { path: warnings[0] };
      await expect(refused).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__CORRUPT_IMAGE", context });
    });

    it("is decoded otherwise without its files' being opened again", async () => {
      const path = join(await temporaryFolder(), `a${ending}`);
      await copyFile(first, path);
      const dataset = await open(path, options);
      const smaller = await dataset.decodedAs({ imageSize: [2, 3], fit: "cover" });
      expect(await smaller.read([4, 1])).toEqual(
        await (await open(path, { ...options, imageSize: [2, 3], fit: "cover" })).read([4, 1]),
      );
      await expect(dataset.decodedAs({ imageSize: [0, 3] })).rejects.toThrow("imageSize");
      await writeFile(path, "another file");
      expect((await smaller.decodedAs({ channels: 1 })).labels).toEqual(dataset.labels);
    });

    it("says that a shard has got shorter since it was opened", async () => {
      const path = join(await temporaryFolder(), `a${ending}`);
      await copyFile(first, path);
      const dataset = await open(path, { ...options, onCorrupt: "skip" });
      await truncate(path, 100);
      await expect(dataset.read([5])).rejects.toMatchObject({ code, context: { path } });
    });

    it("refuses labels that the class names don't reach", async () => {
      const two = { ...options, classNames: ["cat", "dog"] } as DecodingOptions;
      await expect(open(first, two)).rejects.toThrow("integers from 0 to 1; received 2 for");
    });
  });
}

describe("tfRecord", () => {
  it("refuses a record whose bytes have changed, and one without the image", async () => {
    const [folder, bytes] = [await temporaryFolder(), await readFile(join(fixtures, "train-00000-of-00002.tfrecord"))];
    const path = join(folder, "a.tfrecord");
    await writeFile(path, bytes.with(100, (bytes[100] as number) ^ 1));
    await expect(tfRecord(path, options)).rejects.toThrow("another one for the record at byte 0");
    await writeFile(path, bytes.with(0, (bytes[0] as number) ^ 1));
    await expect(tfRecord(path, options)).rejects.toThrow("another one for the length at byte 0");
    await expect(tfRecord(fixtures, { ...options, imageKey: "jpeg" })).rejects.toThrow('"jpeg" in every record');
    expect((await tfRecord(fixtures, { ...options, labelKey: "none" })).labels).toBeUndefined();
  });
});

describe("webDataset", () => {
  const pack = async (files: Record<string, Uint8Array | string>) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    await create({ file: join(folder, "x.tar"), cwd: folder, portable: true }, Object.keys(files));
    return join(folder, "x.tar");
  };

  it("groups files by their names up to the first dot, and takes upper case", async () => {
    const path = await pack({ "a/1.seg.png": png, "a/1.PNG": png, "a/1.cls": "4\n", "b/1.png": png, "b/1.json": '{"y": 2}' }); // biome-ignore format: one line
    const dataset = await webDataset(path, { ...options, labelKey: "y" });
    expect([...(dataset.labels as Int32Array)]).toEqual([4, 2]);
    expect([...(await dataset.read([0])).images.subarray(0, 3)]).toEqual([9, 8, 7]);
  });

  it.each([
    ["an image in every sample", { "1.cls": "0" }],
    ["a label for every image, or for none", { "1.png": png, "1.cls": "0", "2.png": png }],
    ["JSON in every .json", { "1.png": png, "1.json": "{" }],
    ["labels that are integers", { "1.png": png, "1.cls": "cat" }],
    ["at least one sample", { README: "nothing" }],
  ])("insists on %s", async (expected, files) => {
    await expect(webDataset(await pack(files), options)).rejects.toThrow(expected);
  });
});

describe("parquet", () => {
  it("takes columns by name, and refuses those that are not there", async () => {
    const named = await parquet(fixtures, { ...options, imageColumn: "image", labelColumn: "label" });
    expect([...(await named.read([11])).images]).toEqual(golden.pixels[11]);
    await expect(parquet(fixtures, { ...options, imageColumn: "photo" })).rejects.toThrow('"photo"; received image, label'); // biome-ignore format: one line
    await expect(parquet(fixtures, { ...options, maximumBytes: 0 })).rejects.toThrow("maximumBytes");
  });

  it("gives the same whether row groups are kept in memory or read each time, and keeps them", async () => {
    const [path, order] = [join(await temporaryFolder(), "a.parquet"), [5, 0, 5, 3, 0]];
    await copyFile(join(fixtures, "train-00000-of-00002.parquet"), path);
    const [none, all] = [await parquet(path, { ...options, maximumBytes: 1 }), await parquet(path, options)];
    expect(await none.read(order)).toEqual(await all.read(order));
    await truncate(path, 0);
    expect([...(await all.read([5, 1])).images]).toEqual([5, 1].flatMap((i) => golden.pixels[i]));
    await expect(none.read([5])).rejects.toMatchObject({ code });
  });

  it("takes plain bytes, and needs no description", async () => {
    const dataset = await parquet(join(fixtures, "special/plain-bytes.parquet"), options);
    expect([[...(dataset.labels as Int32Array)], dataset.classNames]).toEqual([[3, 1], undefined]);
    expect([...(await dataset.read([0, 1])).images]).toEqual(golden.pixels.slice(0, 2).flat());
    expect((await parquet(join(fixtures, "special/secret-labels.parquet"), options)).labels).toBeUndefined();
  });

  it("treats a row without an image as a corrupt one, and refuses a table of paths", async () => {
    const missing = join(fixtures, "special/missing.parquet");
    const dataset = await parquet(missing, { ...options, onCorrupt: "skip", onWarning: () => {} });
    expect([...(await dataset.read([1])).images]).toEqual(golden.pixels[2]);
    const corrupt = { code: "SIMCLR_ERROR__DATA__CORRUPT_IMAGE", context: { path: `${missing}, row 1` } };
    await expect((await parquet(missing, options)).read([1])).rejects.toMatchObject(corrupt);
    const paths = await parquet(join(fixtures, "special/paths-alone.parquet"), { ...options, onCorrupt: "skip" });
    await expect(paths.read([0])).rejects.toThrow("a path alone in row 0: 0.png");
  });
});
