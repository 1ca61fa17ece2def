import { readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { bilinearDecoder } from "@simclr/data";
import { type Browser, type Page, startChromium } from "@simclr/tooling/chromium";
import * as tf from "@tensorflow/tfjs"; // with gradients and its plain backend
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packages } from "./in-browser/packages.js";
import { openPage, servePage } from "./served-page.js";

const names = Object.keys(packages) as (keyof typeof packages)[];
const browser = await startChromium();
/** What the bundler had to leave out, since only Node has it, and who wanted it. */
const leftOut: string[] = [];
let served: Awaited<ReturnType<typeof servePage>>;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await tf.setBackend("cpu");
  const root = fileURLToPath(new URL("in-browser", import.meta.url));
  const rolldownOptions = { input: `${root}/page.html` };
  const noticesNode = {
    name: "notices-node",
    enforce: "pre" as const,
    resolveId(source: string, importer: string | undefined) {
      // What others import of Node their package.json replaces for browsers.
      const isOurs = importer !== undefined && !importer.includes("node_modules");
      if (isOurs && (isBuiltin(source) || source === "sharp" || source.startsWith("@simclr/runtime"))) {
        leftOut.push(`${source} for ${importer}`);
      }
    },
  };
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  served = await servePage({ root, configFile, plugins: [noticesNode], build: { rolldownOptions, minify: false } });
  if (browser) ({ page, complaints } = await openPage(browser as Browser, served.origin, "/page.html"));
});
afterAll(async () => {
  await browser?.close();
  await served.close();
});

test("they bundle: nothing of Node is behind them", () => expect(leftOut).toEqual([]));

test("every package is here, but the command line and the runtime, which are Node's", () => {
  const all = readdirSync(new URL("../../../packages", import.meta.url)).filter(
    (name) => !["cli", "runtime"].includes(name),
  );
  expect(names.map((name) => name.split("/")[1]).sort()).toEqual(all.sort());
});

describe.skipIf(!browser)("in Chromium", () => {
  test.each(names)("%s computes what it computes in Node", async (name) => {
    const expected = await (await packages[name]()).numbers();
    const found = (await page.evaluate(`numbersOf(${JSON.stringify(name)})`)) as number[];
    expect(expected.length).toBeGreaterThan(1);
    expect(found).toHaveLength(expected.length);
    // The same engine computes: sines and exponentials alone may differ in their last bit.
    for (const [i, value] of found.entries()) expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-5 * Math.max(1, Math.abs(value))); // biome-ignore format: one line
    expect(complaints).toEqual([]);
  });

  test("browserDecoder makes Node's pixels: all bytes of files without loss, a smooth JPEG's within 2, gray of colour within 1", async () => {
    const decoder = await bilinearDecoder();
    const pixels = Uint8Array.from({ length: 61 * 90 * 3 }, (_, i) => (i * 37 + Math.floor(i / 7) * 11) % 256);
    const smooth = Uint8Array.from({ length: 61 * 90 * 3 }, (_, i) => 60 + Math.floor((i % 270) / 2));
    const image = (bytes: Uint8Array) => sharp(bytes, { raw: { height: 61, width: 90, channels: 3 } });
    const transparent = await image(pixels).ensureAlpha(0).png().toBuffer();
    const cases = [
      ["png", await image(pixels).png().toBuffer(), 0],
      ["webp", await image(pixels).webp({ lossless: true }).toBuffer(), 0],
      ["transparent", transparent, 0],
      ["jpeg", await image(smooth).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer(), 2],
      ["subsampled", await image(smooth).jpeg().toBuffer(), 2],
      ["turned", await image(smooth).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).withMetadata({ orientation: 6 }).toBuffer(), 2],
    ] as const; // biome-ignore format: one line each
    for (const [name, file, off] of cases) {
      for (const imageShape of [[24, 24, 3], [61, 90, 3], [100, 80, 3], [24, 24, 1]] as const) {
        const settings = { imageShape, fit: "cover", background: [255, 255, 255] } as const;
        const expected = await decoder.decode(file, settings, (made) => [...made.pixels]);
        const found = (await page.evaluate(`decoded(${JSON.stringify([...file])}, ${JSON.stringify(imageShape)})`)) as number[];
        expect(found).toHaveLength(expected.length);
        const largest = Math.max(...found.map((value, i) => Math.abs(value - (expected[i] as number))));
        expect([name, imageShape, largest <= Math.max(off, imageShape[2] === 1 ? 1 : 0), largest]).toEqual([name, imageShape, true, largest]);
      } // biome-ignore format: one line
    }
    await expect(page.evaluate("decoded([1, 2, 3], [4, 4, 3])")).rejects.toThrow(/could not be decoded/);
  });
});
