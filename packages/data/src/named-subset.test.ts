import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { type ImageFolder, imageFolder, namedSubset } from "./index.js";
import { temporaryFolder, writeFiles } from "./testing/files.js";

let root: string;
let folder: ImageFolder;

beforeAll(async () => {
  root = await temporaryFolder();
  const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } }).png().toBuffer(); // biome-ignore format: one line
  const names = ["n01/n01_1.png", "n01/n01_2.png", "n02/n02_7.png", "n02/same.png", "n01/same.png"];
  await writeFiles(root, Object.fromEntries(names.map((name) => [name, png])));
  folder = await imageFolder(root, { imageSize: [2, 2] });
});

const list = async (text: string) => {
  const path = join(root, "list.txt");
  await writeFile(path, text);
  return path;
};

it("takes the named images in the folder's order, each once, whatever the line ends", async () => {
  const few = await namedSubset(
    folder,
    await list("n02_7.png\r\nn01_2.png\n\n n01_2.png \nn01/n01_2.png\nn02/same.png"),
  );
  expect(few.length).toBe(3);
  const batch = await few.read([0, 1, 2]);
  expect([...(batch.labels as Int32Array)]).toEqual([0, 1, 1]);
  expect(few.classNames).toEqual(["n01", "n02"]);
});

it("counts the names that are not there or not unique, and tells the first few", async () => {
  const missing = Array.from({ length: 7 }, (_, i) => `n09_${i}.png`);
  const path = await list(["n01_1.png", "same.png", ...missing].join("\n"));
  await expect(namedSubset(folder, path)).rejects.toMatchObject({
    code: "SIMCLR_ERROR__DATA__NAMES_NOT_FOUND",
    context: { count: 8, first: ["same.png", ...missing.slice(0, 4)] },
  });
});

it("refuses a list that is empty or not there", async () => {
  const path = await list(" \n\n");
  await expect(namedSubset(folder, path)).rejects.toMatchObject({ code: "SIMCLR_ERROR__CORE__INVALID_ARGUMENT" });
  const nowhere = join(root, "nowhere.txt");
  await expect(namedSubset(folder, nowhere)).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__UNREADABLE" });
});
