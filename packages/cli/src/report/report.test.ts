import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrayDataset } from "@simclr/data";
import sharp from "sharp";
import { expect, test } from "vitest";
import { curve, report, writeRun } from "../../test/written-run.js";
import { neighbourPicture } from "./neighbour-picture.js";
import { reportTable } from "./report-table.js";
import { readPictures } from "./run-pictures.js";
import { lossCurve, medianThroughput, trainingCurves } from "./training-plots.js";
import { writeReport } from "./write-report.js";

const run = { name: "a", stepsPerEpoch: 10, lines: curve };

/** Red, green and blue of a pixel. */
async function pixel(png: Buffer, left: number, top: number): Promise<number[]> {
  return [...(await sharp(png).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer())];
}

/** The points of every line in an SVG that has a colour and at least four points. */
function linesOf(svg: string, color = "#2f6fde"): [number, number][][] {
  const paths = svg.matchAll(new RegExp(`d="(M[^"]*L[^"]*L[^"]*L[^"]*)"[^>]*stroke="${color}"`, "g"));
  return [...paths].map(([, d]) =>
    (d as string)
      .slice(1)
      .split("L")
      .map((point) => point.split(",").map(Number) as [number, number]),
  );
}

const steps = (points: readonly [number, number][], axis: 0 | 1) =>
  points.slice(1).map((point, i) => point[axis] - (points[i] as [number, number])[axis]);

test("the table has every accuracy, rounded to a tenth of a percent", () => {
  const cells = reportTable(report)
    .split("\n")
    .map((line) =>
      line
        .split("│")
        .map((cell) => cell.trim())
        .filter(Boolean),
    );
  expect(cells).toContainEqual(["200 test images, 3 classes", "kNN, k = 200", "linear"]);
  expect(cells).toContainEqual(["SimCLR encoder", "97.7%", "98.3%"]);
  expect(cells).toContainEqual(["raw pixels", "50.0%", "100.0%"]);
  const { accuracies: _, ...unlabelled } = report;
  expect(reportTable(unlabelled)).toBe("");
});

test("the curve goes through the losses", async () => {
  const svg = await lossCurve(run);
  // A loss falling by one an epoch is a straight line down.
  const [loss, accuracy] = linesOf(svg) as [[number, number][], [number, number][]];
  for (const points of [loss, accuracy]) expect(new Set(steps(points, 0).map(Math.round)).size).toBe(1);
  expect(new Set(steps(loss, 1).map(Math.round)).size).toBe(1);
  expect(steps(loss, 1)[0]).toBeGreaterThan(20);
  // 25, 50, 75, 100 % of 120 pixels.
  expect(accuracy.map(([, y]) => y)).toEqual([90, 60, 30, 0]);
  expect(svg).toContain("kNN with the encoder");
  expect(await lossCurve({ ...run, lines: curve.filter(({ kind }) => kind === "train") })).not.toContain("kNN");
});

test("curves of several runs are over epochs, each in its colour, whatever an epoch's steps", async () => {
  const half = curve.map((line) => ({ ...line, step: line.step / 2 }));
  const slower = { name: "b", stepsPerEpoch: 5, lines: half.map((line) => ({ ...line, loss: 6 - line.epoch })) };
  const [loss, accuracy, , speed] = await trainingCurves([run, slower]);
  expect(speed?.title).toMatch(/Throughput/);
  const [one, two] = [linesOf(loss?.svg ?? "")[0], linesOf(loss?.svg ?? "", "#c2620a")[0]] as [number, number][][];
  expect(one?.map(([x]) => x)).toEqual(two?.map(([x]) => x));
  // One more of loss all along: the other line, moved up by the height of an epoch.
  const gap = one?.map(([, y], i) => y - (two?.[i]?.[1] as number)) as number[];
  for (const each of gap) expect(each).toBeCloseTo(steps(one as [number, number][], 1)[0] as number, 0);
  expect(linesOf(accuracy?.svg ?? "")).toHaveLength(1);
  expect(medianThroughput(run)).toBe(93);
  expect(medianThroughput({ lines: [] })).toBeUndefined();
});

test("a long run's line is the mean of neighbours, above all that was logged", async () => {
  const lines = Array.from({ length: 400 }, (_, i) => ({ kind: "train", step: i + 1, epoch: 1, loss: i % 2 === 0 ? 1 : 3 })); // biome-ignore format: one line
  const [loss] = await trainingCurves([{ name: "a", stepsPerEpoch: 400, lines }]);
  const [faint, above] = linesOf(loss?.svg ?? "") as [[number, number][], [number, number][]];
  expect(new Set(faint.map(([, y]) => Math.round(y)))).toEqual(new Set([0, 200]));
  // 21 neighbours, 10 or 11 of them at 3: within a twentieth of the middle.
  for (const [, y] of above.slice(20, -20)) expect(Math.abs(y - 100)).toBeLessThan(6);
});

test("the picture shows queries and neighbours, framed by whether the classes agree", async () => {
  const images = Uint8Array.from([0, 80, 160, 240].flatMap((value) => Array<number>(72 * 72 * 3).fill(value)));
  const dataset = arrayDataset({ images, shape: [4, 72, 72, 3], labels: [0, 1, 0, 1], classNames: ["a", "b"] });
  const png = await neighbourPicture([{ query: 1, neighbours: [3, 2] }], dataset, dataset);
  const { width, height } = await sharp(png).metadata();
  expect([width, height]).toEqual([2 * 16 + 3 * 78 + 2 * 6 + 3 * 6, 2 * 16 + 78]);
  const columns = [16, 16 + 78 + 6 + 18, 16 + 2 * (78 + 6) + 18] as const;
  const values = await Promise.all(columns.map((left) => pixel(png, left + 40, 60)));
  expect(values).toEqual([80, 240, 160].map((value) => [value, value, value]));
  const frames = await Promise.all(columns.slice(1).map((left) => pixel(png, left + 1, 60)));
  expect(frames).toEqual([
    [0x2e, 0x9e, 0x4f],
    [0xd6, 0x45, 0x45],
  ]);
  // Red alone would not tell everybody: there is a white cross in the corner.
  const crosses = await Promise.all(columns.map((left) => pixel(png, left + 78 - 9, 16 + 9)));
  expect(crosses[2]).toEqual([255, 255, 255]);
  expect(crosses[1]).not.toEqual([255, 255, 255]);
});

test("gray images keep coloured frames, small ones are enlarged pixel by pixel", async () => {
  const images = Uint8Array.of(0, 255, 255, 0);
  const dataset = arrayDataset({ images, shape: [1, 2, 2, 1] });
  const png = await neighbourPicture([{ query: 0, neighbours: [0] }], dataset, dataset);
  const [left, top] = [16 + 3, 16 + 3];
  expect(await pixel(png, left + 35, top + 35)).toEqual([0, 0, 0]);
  expect(await pixel(png, left + 36, top + 35)).toEqual([255, 255, 255]);
  expect(await pixel(png, left - 1, top)).toEqual([0x6b, 0x6b, 0x78]);
});

test("the page needs no other file, and text in it is text", async () => {
  const folder = await writeRun(join(mkdtempSync(join(tmpdir(), "report-")), "a<b>"));
  const neighbours = await sharp({ create: { width: 4, height: 4, channels: 3, background: "teal" } }).png().toBuffer(); // biome-ignore format: one line
  const pictures = { step: 40, neighbours, neighbourCounts: { queries: 3, shown: 21, sameClass: 20 } };
  const own = { ...report, runFolder: folder };
  const { html } = await writeReport(join(folder, "report"), own, pictures);
  expect(readdirSync(join(folder, "report")).sort()).toEqual([
    "index.html",
    "loss.png",
    "loss.svg",
    "neighbours.png",
    "pictures.json",
    "report.json",
  ]);
  const page = readFileSync(html, "utf8");
  expect(page).toContain("97.7%<small>94.5–99.0</small>");
  expect(page).toContain("a&#60;b&#62;");
  expect(page).toContain("20 of 21 neighbours are of the same class.");
  expect(page).not.toMatch(/<b>\W|<cat>/);
  expect(page.match(/(src|href)="(?!data:|https:)|url\((?!"data:)|<script src|@import/g)).toBeNull();
  expect(JSON.parse(readFileSync(join(folder, "report", "report.json"), "utf8"))).toEqual(own);
  expect(await readPictures(join(folder, "report"))).toEqual(pictures);
  const { width, density } = await sharp(join(folder, "report", "loss.png")).metadata();
  expect({ wide: Number(width) > 1000, density }).toEqual({ wide: true, density: 144 });
  expect(existsSync(join(folder, "report", "map.webp"))).toBe(false);
});
