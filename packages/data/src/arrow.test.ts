import { readFileSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isSimclrError } from "@simclr/core";
import { describe, expect, it } from "vitest";
import { arrow, arrowFiles, type DecodingOptions } from "./index.js";
import { temporaryFolder } from "./testing/files.js";

// Written by pyarrow and datasets, decoded by Pillow: scripts/arrow.py.
const fixtures = fileURLToPath(new URL("./fixtures", import.meta.url));
const special = (name: string) => join(fixtures, "special", name);
const golden = JSON.parse(readFileSync(join(fixtures, "pixels.json"), "utf8")) as {
  labels: number[];
  names: string[];
  pixels: number[][];
};
const options: DecodingOptions = { imageSize: [4, 4], onCorrupt: "refuse" };
const code = "SIMCLR_ERROR__DATA__INVALID_SHARD";
const [stream, file] = ["train-00000-of-00002.arrow", "train-00001-of-00002.arrow"].map((name) => join(fixtures, name)) as [string, string]; // biome-ignore format: one line

describe("what datasets saves", () => {
  it.each([
    ["train", [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ["test", [9, 11, 10]],
  ])("%s is its rows, in order, with the classes' names", async (part, rows) => {
    const dataset = await arrow(special(`on-disk/${part}`), options);
    const batch = await dataset.read([...rows.keys()]);
    expect([...batch.images]).toEqual(rows.flatMap((row) => golden.pixels[row] as number[]));
    expect([...(batch.labels as Int32Array)]).toEqual(rows.map((row) => golden.labels[row]));
    expect(dataset.classNames).toEqual(golden.names);
  });

  it("is the files that state.json lists, or else all but what computations left", async () => {
    const folder = join(await temporaryFolder(), "saved");
    await cp(special("on-disk/train"), folder, { recursive: true });
    await copyFile(stream, join(folder, "cache-1a2b.arrow"));
    await copyFile(stream, join(folder, "data-00000-of-00001.arrow"));
    const saved = ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"];
    expect(await arrowFiles(folder)).toEqual(saved);
    expect((await arrow(folder, options)).length).toBe(9);
    for (const state of ["of somebody else", "{}", undefined]) {
      if (state === undefined) await rm(join(folder, "state.json"));
      else await writeFile(join(folder, "state.json"), state);
      expect(await arrowFiles(folder)).toEqual(["data-00000-of-00001.arrow", ...saved]);
    }
    await expect(arrowFiles(join(folder, "none"))).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__UNREADABLE" });
  });

  it("is refused by name where a listed file is not there", async () => {
    const folder = join(await temporaryFolder(), "saved");
    await cp(special("on-disk/train"), folder, { recursive: true });
    const path = join(folder, "data-00001-of-00002.arrow");
    await rm(path);
    await expect(arrow(folder, options)).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__UNREADABLE", context: { path } }); // biome-ignore format: one line
  });
});

describe("columns", () => {
  it("are found behind columns of every layout, and integers of any width are labels", async () => {
    const dataset = await arrow(special("columns-labelled.arrow"), { ...options, labelColumn: "label" });
    const batch = await dataset.read(golden.labels.map((_, row) => row));
    expect([...batch.images]).toEqual(golden.pixels.flat());
    expect([...(batch.labels as Int32Array)]).toEqual(golden.labels.map((label) => 2 - label));
    expect([...((await arrow(special("columns-labelled.arrow"), { ...options, labelColumn: "last" })).labels ?? [])]).toEqual([...golden.labels.keys()]); // biome-ignore format: one line
    const large = await arrow(special("large.arrow"), options);
    expect([...(large.labels as Int32Array)]).toEqual(golden.labels);
    expect([...(await large.read([11])).images]).toEqual(golden.pixels[11]);
  });

  it("of nothing are no labels, and a null among labels is one that is missing", async () => {
    expect(
      (await arrow(special("columns-labelled.arrow"), { ...options, labelColumn: "null" })).labels,
    ).toBeUndefined();
    await expect(arrow(special("columns.arrow"), options)).rejects.toThrow(
      "a label for every image, or for none; received none for row 1",
    );
  });

  it.each([
    [{ imageColumn: "photo" }, 'a column "photo"; received null, bool,'],
    [{ imageColumn: "text" }, `images' bytes in the column "text"; received Utf8`],
    [{ imageColumn: "struct" }, `images' bytes in the column "struct"; received Struct`],
    [{ labelColumn: "text" }, 'integers in the column "text"; received Utf8'],
    [{ labelColumn: "dictionary" }, 'integers in the column "dictionary"'],
  ])("%j is refused", async (more, message) => {
    await expect(arrow(special("columns-labelled.arrow"), { ...options, ...more })).rejects.toThrow(message);
  });

  it("of plain bytes need no description, and labels that are kept secret are none", async () => {
    const dataset = await arrow(special("plain-bytes.arrow"), options);
    expect([[...(dataset.labels as Int32Array)], dataset.classNames]).toEqual([[3, 1], undefined]);
    expect([...(await dataset.read([0, 1])).images]).toEqual(golden.pixels.slice(0, 2).flat());
    expect((await arrow(special("secret-labels.arrow"), options)).labels).toBeUndefined();
  });

  it("treat a row without an image as a corrupt one; a table of paths is refused at once", async () => {
    const missing = special("missing.arrow");
    const dataset = await arrow(missing, { ...options, onCorrupt: "skip", onWarning: () => {} });
    expect([...(await dataset.read([1])).images]).toEqual(golden.pixels[2]);
    const corrupt = { code: "SIMCLR_ERROR__DATA__CORRUPT_IMAGE", context: { path: `${missing}, row 1` } };
    await expect((await arrow(missing, options)).read([1])).rejects.toMatchObject(corrupt);
    await expect(arrow(special("paths-alone.arrow"), options)).rejects.toThrow("a path alone in row 0: 0.png");
  });
});

describe("files that are not whole", () => {
  it.each([
    ["compressed.arrow", "record batches that are not compressed; received LZ4_FRAME"],
    ["empty.arrow", "at least one row; received an empty table"],
  ])("%s is refused", async (name, message) => {
    await expect(arrow(special(name), options)).rejects.toThrow(message);
  });

  it.each([
    ["stream", stream],
    ["file", file],
  ])(
    "a %s is refused wherever it ends, and never opened with a changed byte but as a table",
    async (name, path) => {
      const [folder, bytes] = [await temporaryFolder(), await readFile(path)];
      await mkdir(folder, { recursive: true });
      const changed = join(folder, `${name}.arrow`);
      for (let length = 0; length < bytes.length; length += length < 80 ? 1 : 23) {
        await writeFile(changed, bytes.subarray(0, length));
        await expect(arrow(changed, options), `${length} bytes`).rejects.toMatchObject({ code, context: { path: changed } }); // biome-ignore format: one line
      }
      const outcomes = new Set<string>();
      for (let at = 0; at < bytes.length; at += 5) {
        await writeFile(changed, bytes.with(at, (bytes[at] as number) ^ (1 << (at % 8))));
        const dataset = await arrow(changed, { ...options, onCorrupt: "skip", onWarning: () => {} }).catch((error) => {
          outcomes.add(isSimclrError(error) ? error.code : `byte ${at}: ${error}`);
        });
        await dataset?.read([...Array(dataset.length).keys()]).catch((error) => {
          outcomes.add(isSimclrError(error) ? error.code : `byte ${at}: ${error}`);
        });
      }
      outcomes.delete("SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT");
      expect([...outcomes]).toEqual([code]);
    },
    60_000,
  );
});
