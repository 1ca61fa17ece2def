import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convNext, imagenetNormalization, resnet, vit } from "@simclr/backbones";
import { type Backbone, disposeTree, randomKey } from "@simclr/core";
import type { Encoder, Features } from "@simclr/evaluation";
import { type Browser, type Page, startChromium } from "@simclr/tooling/chromium";
import { exportEncoderTo } from "@simclr/weights";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphEncoder, nodeFeatures, similarities } from "./node-neighbours.js";
import { openPage, servePage } from "./served-page.js";

const browser = await startChromium();
const digitsFolder = fileURLToPath(new URL("../public/encoders/digits", import.meta.url));
const sheet = fileURLToPath(new URL("../public/samples/digits.png", import.meta.url));
const picture = fileURLToPath(new URL("../screenshot.png", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "browser-test-"));
let served: Awaited<ReturnType<typeof servePage>>;
let digits: Encoder;

beforeAll(async () => {
  if (!browser) return;
  served = await servePage();
  digits = await graphEncoder(digitsFolder);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
  rmSync(scratch, { recursive: true });
});

const open = () => openPage(browser as Browser, served.origin);
const textOf = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent ?? "");
/** Waits for what the page says it does; where it never says so, with what it said. */
const ready = (page: Page, pattern: RegExp) =>
  page
    .waitForFunction((source) => new RegExp(source).test(document.getElementById("status")?.textContent ?? ""), {}, pattern.source) // biome-ignore format: one line
    .catch(async (cause) => {
      const said = [await textOf(page, "#status"), await textOf(page, "#error")];
      throw new Error(`The page should say ${pattern}; it says ${JSON.stringify(said)}.`, { cause });
    });

/** The page with four photos that were dropped on it. */
async function openWithPhotos(name: string) {
  const files = await Promise.all([20, 33, 80, 47].map((height, seed) => photo(seed, height, 52).png().toBuffer()));
  const photos = join(scratch, name);
  mkdirSync(photos);
  for (const [i, file] of files.entries()) writeFileSync(join(photos, `${i}.png`), file);
  const { page, complaints } = await open();
  await ready(page, /is ready/);
  await drop(page, [photos]);
  await ready(page, /4 images embedded/);
  return { files, page, complaints };
}

const backendsOf = (page: Page) =>
  page.$$eval("#backend option", (options) => options.map(({ textContent }) => textContent));

/** Chooses the backend whose title begins so. */
async function runOn(page: Page, backend: string): Promise<void> {
  const titles = await backendsOf(page);
  await page.select("#backend", String(titles.findIndex((title) => title?.startsWith(backend))));
}

/** A driver in software reports every time that it is waited for. */
const isNoDrivers = (complaint: string) => !complaint.includes("GL Driver Message");

/** A network with its first weights, as an encoder to export and as what it computes in Node. */
function untrained(backbone: Backbone) {
  const encoder = { spec: backbone.spec, ...backbone.init(randomKey(3)) };
  const own = (images: tf.Tensor4D) =>
    backbone.apply(encoder.params, encoder.state, images, { training: false }).outputs.features as tf.Tensor2D;
  return { encoder, own };
}

/** Clicks a photo and reads its neighbours off the page. */
async function neighboursOf(page: Page, index: number) {
  await page.click(`#photos [data-index="${index}"]`);
  await page.waitForSelector(`#photos [data-index="${index}"][aria-pressed="true"]`);
  return readNeighbours(page);
}

const readNeighbours = (page: Page) =>
  page.$$eval("#neighbours li", (items) =>
    items.map((item) => {
      const { index, similarity } = (item.querySelector("button") as HTMLElement).dataset;
      return { index: Number(index), similarity: Number(similarity), shown: item.textContent };
    }),
  );

/** The page's neighbours against similarities that Node worked out: every number, and nothing nearer left out. */
function expectNeighbours(
  found: Awaited<ReturnType<typeof readNeighbours>>,
  features: Features,
  query: number,
  count: number,
) {
  const expected = similarities(features, query);
  const order = [...expected.keys()].filter((index) => index !== query).sort((a, b) => (expected[b] as number) - (expected[a] as number)); // biome-ignore format: one line
  expect(found).toHaveLength(count);
  for (const [rank, { index, similarity, shown }] of found.entries()) {
    expect(Math.abs(similarity - (expected[index] as number))).toBeLessThan(2e-4);
    // Of two that are equally near either may come first.
    expect(Math.abs(similarity - (expected[order[rank] as number] as number))).toBeLessThan(2e-4);
    expect(shown).toBe(similarity.toFixed(3));
  }
  expect(new Set(found.map(({ index }) => index)).size).toBe(count);
}

/** The tiles of the sample sheet, as the page cuts them. */
async function sampleTiles(): Promise<Buffer[]> {
  return Promise.all(
    Array.from({ length: 240 }, (_, i) =>
      sharp(sheet)
        .extract({ left: (i % 24) * 28, top: Math.floor(i / 24) * 28, width: 28, height: 28 })
        .png()
        .toBuffer(),
    ),
  );
}

/** Colourful noise with a gradient, of any size. */
const photo = (seed: number, height: number, width: number) =>
  sharp(
    Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return (x * (seed + 1) + y * 2 + (i % 3) * 40 * seed + ((i * 7919) % 23)) % 256;
    }),
    { raw: { height, width, channels: 3 } },
  );

describe.skipIf(!browser)("the page", () => {
  test("the sample digits: neighbours' numbers are Node's, and nothing is fetched from elsewhere", async () => {
    const { page, complaints } = await open();
    await ready(page, /is ready/);
    await page.click("#samples");
    await ready(page, /240 images embedded/);
    const features = await nodeFeatures(digits, await sampleTiles(), [28, 28, 1]);
    for (const index of [0, 7, 239]) expectNeighbours(await neighboursOf(page, index), features, index, 24);
    // Sample i shows the digit i % 10.
    const alike = (await neighboursOf(page, 13)).filter(({ index }) => index % 10 === 3);
    expect(alike.length).toBeGreaterThan(18);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a chosen folder, on WASM and WebGL: photos of several sizes as Node decodes them; what cannot be shown is named", async () => {
    const folder = join(scratch, "photos");
    mkdirSync(join(folder, "more"), { recursive: true });
    const sizes = [[28, 28], [40, 61], [90, 57], [28, 100], [111, 111], [60, 30]] as const; // biome-ignore format: one line
    const files = await Promise.all(
      sizes.map(([height, width], i) => photo(i, height, width).toColourspace("b-w").png().toBuffer()),
    );
    for (const [i, file] of files.entries()) writeFileSync(join(folder, i < 3 ? "" : "more", `photo-${i}.png`), file);
    writeFileSync(join(folder, "notes.txt"), "no image");
    writeFileSync(join(folder, "broken.png"), "no image either");
    const { page, complaints } = await open();
    await ready(page, /is ready/);
    const input = await page.$("#folder");
    await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(folder);
    await ready(page, /6 images embedded/);
    const names = await page.$$eval("#photos button", (tiles) => tiles.map(({ title }) => title));
    expect(names).toEqual([3, 4, 5, 0, 1, 2].map((i) => `photos/${i < 3 ? "" : "more/"}photo-${i}.png`));
    const features = await nodeFeatures(digits, [3, 4, 5, 0, 1, 2].map((i) => files[i] as Buffer), [28, 28, 1]); // biome-ignore format: one line
    for (const index of [0, 3, 5]) expectNeighbours(await neighboursOf(page, index), features, index, 5);
    const titles = await backendsOf(page);
    expect(titles[0]).toBe("WASM");
    expect(titles.findIndex((title) => title?.startsWith("WebGL"))).toBeGreaterThan(0);
    await runOn(page, "WebGL");
    await ready(page, /6 images embedded in .* on WebGL/);
    for (const index of [1, 4]) expectNeighbours(await neighboursOf(page, index), features, index, 5);
    expect(await textOf(page, "#skipped")).toContain("photos/broken.png");
    expect(await page.$eval("#error", (element) => (element as HTMLElement).hidden)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("an own encoder is dropped as a folder; one that does not say its size is asked for it", async () => {
    await tf.setBackend("cpu");
    const { encoder, own } = untrained(resnet({ depth: 18, width: 1 / 16, stem: "cifar" }));
    const { files, page, complaints } = await openWithPhotos("squares");

    const features = await nodeFeatures(own, files, [20, 20, 3]);
    for (const [format, imageSize] of [["safetensors", undefined], ["graph-model", 20]] as const) {
      const folder = join(scratch, `own-${format}`);
      await exportEncoderTo(folder, encoder, { format, ...(imageSize && { imageSize }) });
      await drop(page, [folder]);
      if (imageSize === undefined) {
        await page.waitForSelector("#size:not([hidden])");
        expect(await textOf(page, "#error")).toMatch(/does not say how large the images were.*simclr export/s);
        await page.type("#size input", "20");
        await page.click("#size button");
      }
      await ready(page, new RegExp(`4 images embedded .* ${features.size} numbers each`));
      expect(await page.$eval("#encoder", (select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent)).toBe(
        format === "safetensors" ? "encoder.safetensors" : "own-graph-model",
      );
      for (const index of [0, 2]) expectNeighbours(await neighboursOf(page, index), features, index, 3);
      await page.select("#encoder", "0");
      await ready(page, /4 images embedded .* 64 numbers each/);
    } // biome-ignore format: as it is
    disposeTree([encoder.params, encoder.state]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("what a person chooses while something is under way is never lost", async () => {
    await tf.setBackend("cpu");
    const { encoder, own } = untrained(resnet({ depth: 18, width: 1 / 16, stem: "cifar" }));
    const { files, page, complaints } = await openWithPhotos("hurried");
    const atFirst = await neighboursOf(page, 1);
    const features = await nodeFeatures(own, files, [20, 20, 3]);
    const folder = join(scratch, "hurried-encoder");
    await exportEncoderTo(folder, encoder, { format: "graph-model", imageSize: 20 });
    disposeTree([encoder.params, encoder.state]);
    // A disk so slow that everything else is done before the dropped folder is read.
    await page.evaluate(() => {
      const { webkitGetAsEntry } = DataTransferItem.prototype;
      DataTransferItem.prototype.webkitGetAsEntry = function () {
        const folder = webkitGetAsEntry.call(this) as FileSystemDirectoryEntry;
        const createReader = folder.createReader.bind(folder);
        folder.createReader = () => {
          const reader = createReader();
          const readEntries = reader.readEntries.bind(reader);
          reader.readEntries = (...callbacks) => setTimeout(() => readEntries(...callbacks), 1500);
          return reader;
        };
        return folder;
      };
    });
    await drop(page, [folder]);
    for (const backend of ["WebGL", "WASM", "WebGL"]) await runOn(page, backend);
    await ready(page, new RegExp(`4 images embedded in .* on WebGL.* ${features.size} numbers each`));
    for (const index of [0, 2]) expectNeighbours(await neighboursOf(page, index), features, index, 3);
    // The one that came with the page, chosen while the dropped one is loaded for another backend.
    await page.select("#backend", "0");
    await page.select("#encoder", "0");
    await ready(page, /4 images embedded in .* on WASM.* 64 numbers each/);
    expect(await page.$eval("#encoder", (select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent)).toBe("Digits");
    expect(await neighboursOf(page, 1)).toEqual(atFirst);
    expect(complaints.filter(isNoDrivers)).toEqual([]);
    await page.close();
  }); // biome-ignore format: long lines

  test("vision transformers and ConvNeXts, on WASM and WebGL: a graph model's and a safetensors file's neighbours are Node's", async () => {
    await tf.setBackend("cpu");
    const backbones = {
      vit: vit({
        width: 12,
        depth: 2,
        headCount: 3,
        patchSize: 5,
        imageSize: 20,
        normalization: imagenetNormalization,
      }),
      convnext: convNext({ depths: [1, 2], widths: [8, 12], patchSize: 2, layerScale: 0.5 }),
    };
    const { files, page, complaints } = await openWithPhotos("seen");
    for (const [kind, backbone] of Object.entries(backbones)) {
      const { encoder, own } = untrained(backbone);
      const features = await nodeFeatures(own, files, [20, 20, 3]);
      for (const format of ["safetensors", "graph-model"] as const) {
        const folder = join(scratch, `${kind}-${format}`);
        await exportEncoderTo(folder, encoder, { format, imageSize: 20 });
        await page.select("#backend", "0");
        await drop(page, [folder]);
        for (const backend of ["WASM", "WebGL"]) {
          await runOn(page, backend);
          await ready(page, new RegExp(`4 images embedded in .* on ${backend}.* ${features.size} numbers each`));
          for (const index of [0, 2]) expectNeighbours(await neighboursOf(page, index), features, index, 3);
        }
        await page.select("#encoder", "0");
        await ready(page, /4 images embedded .* 64 numbers each/);
      }
      disposeTree([encoder.params, encoder.state]);
    }
    expect(complaints.filter(isNoDrivers)).toEqual([]);
    await page.close();
  });

  test("errors say what to do", async () => {
    const { page } = await open();
    await ready(page, /is ready/);
    const cases: Record<string, [files: Record<string, string | Buffer>, error: RegExp]> = {
      "no-images": [{ "a.txt": "a", "b.md": "b" }, /None of the 2 files is an image. Choose a folder with JPEG/],
      "one-file": [{ "only.txt": "a" }, /only\.txt is no image. Choose a folder with/],
      broken: [{ "broken.jpg": "not a jpeg" }, /broken\.jpg cannot be shown by this browser.*save it as JPEG or PNG/],
      weightless: [{ "model.json": readFileSync(join(digitsFolder, "model.json")) }, /came without its weights. Drop the whole folder/],
      tensors: [{ "a.safetensors": "?", "b.safetensors": "?" }, /one is wanted. Drop the encoder's file alone/],
      damaged: [{ "a.safetensors": "no tensors" }, /expected.*received/is],
    }; // biome-ignore format: one line each
    for (const [name, [files, error]] of Object.entries(cases)) {
      const folder = join(scratch, name);
      mkdirSync(folder);
      for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, file), bytes);
      await drop(page, [folder]);
      await page.waitForFunction(() => !(document.getElementById("error") as HTMLElement).hidden);
      expect(await textOf(page, "#error")).toMatch(error);
      expect(await page.$eval("#error", (element) => element.getAttribute("role"))).toBe("alert");
      await page.select("#encoder", "0");
      await page.evaluate(() => {
        (document.getElementById("error") as HTMLElement).hidden = true;
      });
    }
    // The page still works.
    await page.click("#samples");
    await ready(page, /240 images embedded/);
    await page.close();
  });

  test("the keyboard is enough", async () => {
    const { page } = await open();
    await ready(page, /is ready/);
    await page.focus("#samples");
    await page.keyboard.press("Enter");
    await ready(page, /240 images embedded/);
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.index);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("0");
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"] as const) await page.keyboard.press(key);
    expect(await focused()).toBe("1");
    await page.keyboard.press("End");
    expect(await focused()).toBe("239");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    const columns = Number(await focused());
    expect(columns).toBeGreaterThan(3);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`#photos [data-index="${columns}"][aria-pressed="true"]`);
    const [nearest] = await readNeighbours(page);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe(String(nearest?.index));
    await page.keyboard.press("Enter");
    await page.waitForSelector(`#photos [data-index="${nearest?.index}"][aria-pressed="true"]`);
    await page.close();
  });

  test("light and dark have enough contrast, a phone needs no sideways scrolling", async () => {
    const { page } = await open();
    await ready(page, /is ready/);
    await page.click("#samples");
    await ready(page, /240 images embedded/);
    await neighboursOf(page, 13);
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      for (const [front, ground] of [["body", "body"], ["#status", "body"], ["#hint", "#similar"], ["#choose-folder", "#choose-folder"]] as const) {
        const ratio = await contrast(page, front, ground);
        expect([scheme, front, ratio > 4.5]).toEqual([scheme, front, true]);
      } // biome-ignore format: one line
      if (process.env.SIMCLR_SCREENSHOT && scheme === "light") await page.screenshot({ path: picture });
    }
    await page.setViewport({ width: 375, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    await page.close();
  });
});

/** Drops folders as a person's mouse does. */
async function drop(page: Page, paths: string[]): Promise<void> {
  const session = await page.createCDPSession();
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 250, data });
  }
  await session.detach();
}

/** The ratio of the Web Content Accessibility Guidelines, 1 to 21. */
function contrast(page: Page, front: string, ground: string): Promise<number> {
  return page.evaluate(
    (frontSelector, groundSelector) => {
      const luminance = (color: string) => {
        const parts = (color.match(/[\d.]+/g) as string[]).slice(0, 3).map((part) => Number(part) / 255);
        const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]; // biome-ignore format: one line
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
      const [a, b] = [luminance(style(frontSelector).color), luminance(style(groundSelector).backgroundColor)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    },
    front,
    ground,
  );
}
