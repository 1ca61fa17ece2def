import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { randomKey } from "@simclr/core";
import { digits, subset } from "@simclr/data";
import { embed, rawPixels } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { type Browser, type Page, startChromium } from "@simclr/tooling/chromium";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePictures } from "../src/report/make-pictures.js";
import type { ReportedRun } from "../src/report/reported-run.js";
import { readPictures, writePictures } from "../src/report/run-pictures.js";
import { reportRuns } from "../src/run/report-runs.js";
import { openTerminal } from "../src/terminal/terminal.js";
import { evaluation, report, writeRun } from "./written-run.js";

const browser = await startChromium();
const scratch = mkdtempSync(join(tmpdir(), "report-page-"));
const [one, two] = [join(scratch, "first"), join(scratch, "second")];
const unlabelled = join(scratch, "unlabelled");
const single = join(one, "report", "index.html");
const comparison = join(scratch, "comparison.html");

beforeAll(async () => {
  await useTensorFlow();
  const [bankImages, testImages] = [
    subset(
      await digits({ split: "train" }),
      Array.from({ length: 120 }, (_, i) => 60 * i),
    ),
    subset(
      await digits({ split: "test" }),
      Array.from({ length: 150 }, (_, i) => 13 * i),
    ),
  ];
  const bank = { images: bankImages, features: await embed(rawPixels, bankImages) };
  const test = { images: testImages, features: await embed(rawPixels, testImages) };
  const made = { step: 40, bank, key: randomKey(0), terminal: openTerminal() };
  const encoders = { trained: "SimCLR encoder", untrained: "the same, untrained", pixels: "raw pixels" } as const;
  const evaluations = Object.fromEntries(
    Object.entries(encoders).flatMap(([encoder, encoderTitle], i) =>
      ["linear-features", "logistic-regression"].map((protocol, j) => {
        const top1 = 0.9 - 0.2 * i + 0.011 * j;
        const of = { encoder: encoder as keyof typeof encoders, encoderTitle, protocol };
        return [`${protocol}-${encoder}`, evaluation({ ...of, metrics: { top1 }, interval: [top1 - 0.01, top1 + 0.02] })];
      }),
    ),
  ); // biome-ignore format: one line each
  for (const folder of [one, two]) {
    await writeRun(folder, { evaluations });
    await writePictures(join(folder, "report"), await makePictures({ ...made, test }));
  }
  const { accuracies: _, ...withoutLabels } = report;
  await writeRun(unlabelled, { report: withoutLabels });
  const { labels: _labels, classNames: _names, ...images } = bankImages;
  const { labels: _rows, ...features } = bank.features;
  await writePictures(join(unlabelled, "report"), await makePictures({ ...made, bank: { images, features } }));
  await reportRuns({ runFolders: [one], title: "One <run>" });
  await reportRuns({ runFolders: [one, two], output: comparison });
  await reportRuns({ runFolders: [unlabelled] });
});

afterAll(() => browser?.close());

interface Opened {
  readonly page: Page;
  /** Errors on the console, exceptions, and requests that left the page. */
  readonly complaints: string[];
}

async function open(file: string): Promise<Opened> {
  const page = await (browser as Browser).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(data|file):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  await page.setViewport({ width: 1100, height: 800 });
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  return { page, complaints };
}

/** Every image of the page, those of style sheets too, decoded by the browser. */
const decodedImages = (page: Page) =>
  page.evaluate(async () => {
    const styles = [...document.documentElement.outerHTML.matchAll(/url\("(data:image[^"]+)"\)/g)];
    const sources = [...Array.from(document.images, ({ src }) => src), ...styles.map(([, source]) => source as string)];
    return Promise.all(
      sources.map(async (src) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return image.naturalWidth * image.naturalHeight;
      }),
    );
  });

describe.skipIf(!browser)("the page in a browser", () => {
  test("nothing complains, nothing is fetched, every image decodes, in light and dark and on a phone", async () => {
    for (const file of [single, comparison, join(unlabelled, "report", "index.html")]) {
      const { page, complaints } = await open(file);
      const sizes = await decodedImages(page);
      // Neighbours, the map and the thumbnails, which runs on the same images share.
      expect(sizes).toHaveLength(file === comparison ? 5 : 3);
      for (const size of sizes) expect(size).toBeGreaterThan(10_000);
      for (const width of [1100, 375]) {
        await page.setViewport({ width, height: 800 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${file} at ${width}`).toBe(width);
      }
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  test("the table's numbers are those of the files, and sorting keeps rows whole", async () => {
    const { page } = await open(single);
    const table = () =>
      page.$$eval("table.accuracies tbody tr", (rows) =>
        rows.map((row) => [
          row.querySelector("th")?.textContent ?? "",
          ...Array.from(row.querySelectorAll("td"), ({ dataset, textContent }) => [dataset.value, textContent]),
        ]),
      );
    const value = (name: string) => {
      const { metrics, interval } = JSON.parse(readFileSync(join(one, "evaluations", `${name}.json`), "utf8"));
      const [top1, low, high] = [metrics.top1, ...interval].map((share: number) => (100 * share).toFixed(1));
      return [String(metrics.top1), `${top1}%${low}–${high}`];
    };
    const knn = [["0.9765", "97.7%94.5–99.0"], [null, "–"], ["0.5", "50.0%"]]; // biome-ignore format: one line
    const titles = ["SimCLR encoder", "the same, untrained", "raw pixels"];
    const expected = ["trained", "untrained", "pixels"].map((encoder, i) => [titles[i], knn[i], value(`linear-features-${encoder}`), value(`logistic-regression-${encoder}`)]); // biome-ignore format: one line
    expect(await table()).toEqual(expected);
    expect(await page.$$eval("table.accuracies thead th", (cells) => cells.map(({ scope }) => scope))).toEqual(["col", "col", "col", "col"]); // biome-ignore format: one line
    await page.click("table.accuracies thead th:nth-child(3) button");
    expect(await table()).toEqual(expected);
    await page.click("table.accuracies thead th:nth-child(3) button");
    expect(await table()).toEqual([...expected].reverse());
    expect(await page.$eval("th[aria-sort]", (header) => header.getAttribute("aria-sort"))).toBe("ascending");
  });

  test("pointing at an image of the map shows that image, larger, and its class", async () => {
    const { page, complaints } = await open(single);
    const { map } = (await readPictures(join(one, "report"))) as NonNullable<ReportedRun["pictures"]>;
    const names = map?.classNames as string[];
    expect(await page.$eval(".map .card", (card) => (card as HTMLElement).hidden)).toBe(true);
    // The map's corners are images of their own: nothing lies nearer to them.
    for (const axis of [0, 1] as const) {
      const index = map?.points.findIndex((point) => point[axis] === 0) as number;
      const at = await page.evaluate((nth) => {
        const dot = document.querySelectorAll(".map .area i")[nth] as HTMLElement;
        dot.scrollIntoView({ block: "center" });
        const { x, y, width, height } = dot.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }, index);
      await page.mouse.move(at.x, at.y);
      const shown = await page.$eval(".map .card", (card) => ({
        hidden: (card as HTMLElement).hidden,
        caption: card.querySelector("b")?.textContent,
        width: card.querySelector("span")?.getBoundingClientRect().width,
        position: (card.querySelector("span") as HTMLElement).style.backgroundPosition,
      }));
      const columns = map?.thumbnails.columns as number;
      const rows = Math.ceil((map?.points.length as number) / columns);
      const [x, y] = shown.position.split(" ").map(Number.parseFloat) as [number, number];
      expect([(x / 100) * (columns - 1), (y / 100) * (rows - 1)].map(Math.round)).toEqual([index % columns, Math.floor(index / columns)]); // biome-ignore format: one line
      expect({ hidden: shown.hidden, caption: shown.caption }).toEqual({ hidden: false, caption: names[map?.labels?.[index] as number] }); // biome-ignore format: one line
      expect(shown.width).toBeGreaterThan(2 * (map?.thumbnails.width as number));
    }
    await page.mouse.move(1, 1);
    expect(await page.$eval(".map .card", (card) => (card as HTMLElement).hidden)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("the map can show classes alone, and dark pages have light text", async () => {
    const { page } = await open(single);
    const visibility = (selector: string) => page.$eval(selector, (element) => getComputedStyle(element).visibility);
    expect([await visibility(".map img"), await visibility(".map i")]).toEqual(["visible", "hidden"]);
    await page.click('[value="classes"]');
    expect([await visibility(".map img"), await visibility(".map i")]).toEqual(["hidden", "visible"]);
    const colors = async (scheme: "light" | "dark") => {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      return page.evaluate(() => {
        const light = (color: string) => (color.match(/\d+/g) as string[]).slice(0, 3).reduce((sum, part) => sum + Number(part), 0); // biome-ignore format: one line
        const axis = document.querySelector("svg.plot text") as Element;
        const [ground, text, label] = [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, getComputedStyle(axis).fill]; // biome-ignore format: one line
        return [ground, text, label].map(light) as [ground: number, text: number, label: number];
      });
    };
    for (const [scheme, isDark] of [["light", false], ["dark", true]] as const) {
      const [ground, text, label] = await colors(scheme);
      expect([ground < text, ground < label, Math.abs(ground - label) > 250]).toEqual([isDark, isDark, true]);
    } // biome-ignore format: one line
  });

  test("everything that is seen is said: pictures, charts, headings, in order", async () => {
    const { page } = await open(comparison);
    const found = await page.evaluate(() => ({
      mute: [...Array.from(document.images, ({ alt }) => alt), ...Array.from(document.querySelectorAll("svg"), (svg) => svg.getAttribute("aria-label"))].filter((text) => !text), // biome-ignore format: one line
      headings: Array.from(document.querySelectorAll("h1, h2"), ({ textContent }) => textContent),
      bare: Array.from(document.querySelectorAll("thead th:not([scope])")).length,
      language: document.documentElement.lang,
    }));
    expect(found).toEqual({
      mute: [],
      headings: ["2 runs compared", "Accuracy", "Training", "The encoder's map of the images", "Nearest neighbours", "What is taken for what", "Settings"],
      bare: 0,
      language: "en",
    }); // biome-ignore format: one line
    const runs = await page.$$eval("table.accuracies td.run", (cells) => cells.map(({ textContent }) => textContent));
    expect(runs).toEqual(["first", "first", "first", "second", "second", "second"]);
  });

  test("it prints, with everything in it", async () => {
    const { page } = await open(comparison);
    await page.emulateMediaType("print");
    expect(await page.$eval(".choice", (element) => getComputedStyle(element).display)).toBe("none");
    const pages = Buffer.from(await page.pdf({ format: "A4", waitForFonts: false })).toString("latin1");
    const count = pages.match(/\/Type\s*\/Page\b/g)?.length;
    expect(count).toBeGreaterThan(2);
    expect(count).toBeLessThan(9);
  });
});

test("the same runs make the same page", async () => {
  const before = readFileSync(comparison);
  await reportRuns({ runFolders: [one, two], output: comparison });
  expect(readFileSync(comparison).equals(before)).toBe(true);
});

test("without a map there is none; a title is text; a page is written whole or not at all", async () => {
  const output = join(scratch, "pages", "plain.html");
  await reportRuns({ runFolders: [one], map: "none", output, title: "<i>" });
  const page = readFileSync(output, "utf8");
  expect(page).not.toContain('id="map"');
  expect(page).toContain("<h1>&#60;i&#62;</h1>");
  expect(page).toContain('id="neighbours"');
  const broken = await writeRun(join(scratch, "broken"), { evaluations: { bad: {} } });
  const refused = join(scratch, "refused.html");
  await expect(reportRuns({ runFolders: [one, broken], output: refused })).rejects.toMatchObject({
    code: "SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED",
  });
  expect(existsSync(refused)).toBe(false);
});

test("a run whose checkpoint and images are gone, and one that has only begun, have a page all the same", async () => {
  const gone = await writeRun(join(scratch, "gone"), { data: join(scratch, "nowhere"), report: null, lines: [] });
  const said: string[] = [];
  const terminal = { ...openTerminal(), print: (line: string) => void said.push(line) };
  const { html } = await reportRuns({ runFolders: [gone], terminal });
  expect(said.join()).toMatch(/^No map of gone: expected/);
  const page = readFileSync(html, "utf8");
  expect(page).toContain("Nothing has been measured yet");
  expect(page).toContain('id="settings"');
});
