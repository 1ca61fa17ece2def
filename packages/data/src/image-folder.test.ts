import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { imageFolder, subset } from "./index.js";
import { busy, picture, plainPng, temporaryFolder, writeFiles } from "./testing/files.js";

const base = await temporaryFolder();
const imageSize = [4, 4] as const;
const gray = (level: number) => plainPng(level, level, level);
const levels = (images: Uint8Array) => [...images].filter((_, i) => i % 48 === 0);
const jpeg = await picture(64, 64, busy).jpeg().toBuffer();

async function make(name: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  await mkdir(join(base, name), { recursive: true });
  await writeFiles(join(base, name), files);
  return join(base, name);
}

const pets = await make("pets", {
  "dogs/1.png": await gray(1),
  "cats/10.PNG": await gray(2),
  "cats/9.png": await gray(3),
  "cats/deep/er/x.png": await gray(4),
  "dogs/with space ü 猫 🐶.png": await gray(5),
});

datasetContract("a folder with labels", () => imageFolder(pets, { imageSize }));

const mixed = await make("mixed", {
  "a.jpg": jpeg,
  "b.jpg": jpeg.subarray(0, jpeg.length / 2),
  "c.png": await plainPng(1, 2, 3, 2, 7),
});
datasetContract("a folder of several sizes with a corrupt file", () =>
  imageFolder(mixed, { imageSize: [16, 16], onWarning: () => {} }),
);

describe("files", () => {
  it("are found at any depth and sorted by their bytes", async () => {
    const folder = await imageFolder(pets, { imageSize });
    expect(folder.paths).toEqual([
      "cats/10.PNG",
      "cats/9.png",
      "cats/deep/er/x.png",
      "dogs/1.png",
      "dogs/with space ü 猫 🐶.png",
    ]);
    expect(levels((await folder.read([0, 1, 2, 3, 4])).images)).toEqual([2, 3, 4, 1, 5]);
  });

  it("are sorted as UTF-8, not as UTF-16", async () => {
    const png = await gray(1);
    const root = await make("order", { "\u{1F436}.png": png, "\uFF5E.png": png, "a-b/1.png": png, "a/1.png": png });
    expect((await imageFolder(root, { imageSize })).paths).toEqual([
      "a-b/1.png",
      "a/1.png",
      "\uFF5E.png",
      "\u{1F436}.png",
    ]);
  });

  it("that are hidden or no images are counted and left out", async () => {
    const png = await gray(1);
    const root = await make("others", {
      "a.png": png,
      ".hidden.png": png,
      ".git/b.png": png,
      "notes.txt": "notes",
      "x/labels.csv": "",
    });
    const folder = await imageFolder(root, { imageSize });
    expect(folder.paths).toEqual(["a.png"]);
    expect(folder.ignored).toEqual({ otherFileCount: 2, hiddenCount: 2 });
  });

  it("are chosen by other endings on request", async () => {
    const root = await make("endings", { "a.img": await gray(8), "b.png": await gray(9) });
    const folder = await imageFolder(root, { imageSize, extensions: ["IMG"] });
    expect(levels((await folder.read([0])).images)).toEqual([8]);
    expect(folder.length).toBe(1);
  });

  it("behind links are followed, except back into a folder around the link", async () => {
    const root = await make("links", { "a/1.png": await gray(1) });
    await symlink(join(pets, "dogs"), join(root, "b"));
    await symlink(join(pets, "cats/9.png"), join(root, "a/2.png"));
    await symlink(root, join(root, "a/loop"));
    await symlink(join(root, "nothing"), join(root, "a/broken.png"));
    const folder = await imageFolder(root, { imageSize });
    expect(folder.paths).toEqual(["a/1.png", "a/2.png", "b/1.png", "b/with space ü 猫 🐶.png"]);
    expect(levels((await folder.read([0, 1, 2, 3])).images)).toEqual([1, 3, 1, 5]);
    expect(folder.ignored.otherFileCount).toBe(1);
  });

  it("are thinned out evenly by limit", async () => {
    const folder = await imageFolder(pets, { imageSize, limit: 2 });
    expect(folder.paths).toEqual(["cats/10.PNG", "cats/deep/er/x.png"]);
    expect(folder.classNames).toEqual(["cats", "dogs"]);
    expect((await folder.read([1])).labels).toEqual(Int32Array.of(0));
    expect((await imageFolder(pets, { imageSize, limit: 99 })).length).toBe(5);
  });
});

describe("labels", () => {
  it("are the first folders", async () => {
    const folder = await imageFolder(pets, { imageSize, labels: "folders" });
    expect(folder.classNames).toEqual(["cats", "dogs"]);
    expect(folder.labels).toEqual(Int32Array.of(0, 0, 0, 1, 1));
    expect((await folder.read([4, 0])).labels).toEqual(Int32Array.of(1, 0));
  });

  it("are absent on request, for one folder, with an image outside, and for folders named like parts", async () => {
    const png = await gray(1);
    const roots = [
      await make("one", { "cats/1.png": png }),
      await make("outside", { "cats/1.png": png, "dogs/1.png": png, "stray.png": png }),
      await make("parts", { "train/cats/1.png": png, "test/cats/1.png": png }),
    ];
    const folders = await Promise.all(roots.map((root) => imageFolder(root, { imageSize })));
    folders.push(await imageFolder(pets, { imageSize, labels: "none" }));
    for (const { labels, classNames } of folders) expect([labels, classNames]).toEqual([undefined, undefined]);
    expect((await (folders[0] as (typeof folders)[0]).read([0])).labels).toBeUndefined();
    const parts = await imageFolder(roots[2] as string, { imageSize, labels: "folders" });
    expect(parts.classNames).toEqual(["test", "train"]);
  });

  it("are refused when they are required and not there", async () => {
    const labels = "folders";
    await expect(imageFolder(join(base, "one"), { imageSize, labels })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__NO_CLASSES",
      context: { classNames: ["cats"] },
    });
    await expect(imageFolder(join(base, "outside"), { imageSize, labels })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__NO_CLASSES",
      context: { imageOutsideFolders: "stray.png" },
    });
  });
});

describe("corrupt files", async () => {
  const files = {
    "a/0.png": await gray(10),
    "a/1.jpg": jpeg.subarray(0, jpeg.length / 2),
    "a/2.jpg": "this is text",
    "b/3.png": await gray(13),
    "b/4.png": "",
  };
  const root = await make("corrupt", files);

  it("are replaced by the next that can be read, and named once", async () => {
    const warned: string[] = [];
    const folder = await imageFolder(root, { imageSize, onWarning: ({ path }) => warned.push(path) });
    const batch = await folder.read([0, 1, 2, 3, 4]);
    expect(levels(batch.images)).toEqual([10, 13, 13, 13, 10]);
    expect(batch.indices).toEqual(Int32Array.of(0, 3, 3, 3, 0));
    expect(batch.labels).toEqual(Int32Array.of(0, 1, 1, 1, 0));
    await folder.read([4, 2, 1]);
    expect(warned.sort()).toEqual(["a/1.jpg", "a/2.jpg", "b/4.png"].map((path) => join(root, path)));
  });

  it("are refused by name on request", async () => {
    const folder = await imageFolder(root, { imageSize, onCorrupt: "refuse" });
    await expect(folder.read([0, 2, 1])).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__CORRUPT_IMAGE",
      context: { path: join(root, "a/2.jpg"), reason: expect.stringContaining("unsupported image format") },
    });
    expect(levels((await folder.read([0, 3])).images)).toEqual([10, 13]);
  });

  it("never bring an image of the other part into a subset", async () => {
    const folder = await imageFolder(root, { imageSize, onWarning: () => {} });
    const part = await subset(folder, [4, 0, 2]).read([0, 1, 2]);
    expect(levels(part.images)).toEqual([10, 10, 10]);
    expect(part.indices).toEqual(Int32Array.of(1, 1, 1));
    expect(part.labels).toEqual(Int32Array.of(0, 0, 0));
    const hopeless = subset(folder, [1, 2]).read([0]);
    await expect(hopeless).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT" });
  });

  it("that are all there is are an error", async () => {
    const nothing = await make("hopeless", { "1.jpg": "one", "2.jpg": "two" });
    const folder = await imageFolder(nothing, { imageSize, onWarning: () => {} });
    await expect(folder.read([1])).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT",
      context: { imageCount: 2 },
    });
  });

  it("are not confused with files that the system cannot read", async () => {
    const vanishing = await make("vanishing", { "1.png": await gray(1), "2.png": await gray(2) });
    const folder = await imageFolder(vanishing, { imageSize });
    await rm(join(vanishing, "2.png"));
    await expect(folder.read([1])).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__UNREADABLE",
      context: { path: join(vanishing, "2.png") },
    });
  });
});

describe("bad arguments", () => {
  it("a missing path: names the nearest one", async () => {
    await expect(imageFolder(join(base, "pest/dogs"), { imageSize })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__PATH_MISSING",
      context: { path: join(base, "pest/dogs"), nearest: join(base, "pets/dogs") },
    });
    await expect(imageFolder(join(base, "pets/cat"), { imageSize })).rejects.toThrow(
      `Did you mean ${join(pets, "cats")}?`,
    );
    const error = await imageFolder(join(base, "quite different"), { imageSize }).catch((thrown) => thrown);
    expect(error.context.nearest).toBeUndefined();
  });

  it("a file: is not a folder", async () => {
    await expect(imageFolder(join(pets, "dogs/1.png"), { imageSize })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__NOT_A_FOLDER",
    });
    await expect(imageFolder(join(pets, "dogs/1.png/x"), { imageSize })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__PATH_MISSING",
    });
  });

  it("a folder without images: says what it looked for and what there is", async () => {
    const root = await make("empty", { "readme.md": "", "sub/data.csv": "" });
    await expect(imageFolder(root, { imageSize })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__NO_IMAGES",
      context: { path: root, otherFileCount: 2, extensions: expect.arrayContaining([".jpg", ".avif"]) },
    });
  });

  it.each([
    ["imageSize", 32],
    ["imageSize", [32, 0]],
    ["fit", "fill"],
    ["labels", "names"],
    ["onCorrupt", "ignore"],
    ["channels", 4],
    ["limit", 0],
    ["background", [0, 0, 256]],
  ])("%s = %j is refused before the folder is looked at", async (argument, value) => {
    const options = { imageSize, [argument]: value } as never;
    await expect(imageFolder("/nowhere", options)).rejects.toMatchObject({
      code: "SIMCLR_ERROR__CORE__INVALID_ARGUMENT",
      context: { argument },
    });
  });
});
