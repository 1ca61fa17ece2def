import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrayDataset } from "@simclr/data";
import type { MetricsLine } from "@simclr/training";
import sharp from "sharp";
import { expect, test } from "vitest";
import { lossCurve } from "./loss-curve.js";
import { neighbourPicture } from "./neighbour-picture.js";
import type { Report } from "./report.js";
import { reportTable } from "./report-table.js";
import { writeReport } from "./write-report.js";

const report: Report = {
  runFolder: "/runs/a",
  data: "/photos/<b>",
  recipe: "Photos & more.",
  seed: 3,
  training: { steps: 40, epochs: 2, exampleCount: 800, metrics: { loss: 1.25 } },
  accuracies: {
    classCount: 10,
    bankCount: 8000,
    testCount: 2000,
    neighbours: 200,
    encoders: [
      { encoder: "trained", title: "SimCLR encoder", featureSize: 128, knn: 0.9765, linear: 0.98349 },
      { encoder: "pixels", title: "raw pixels", featureSize: 784, knn: 0.5, linear: 1 },
    ],
  },
  machine: { node: "22.0.0", platform: "linux x64", cpu: "Some CPU", cores: 2 },
};

const curve: MetricsLine[] = [1, 2, 3, 4].flatMap((epoch): MetricsLine[] => [
  { kind: "train", step: 10 * epoch, epoch, loss: 5 - epoch, contrastiveAccuracy: epoch / 4 },
  ...(epoch === 4 ? [{ kind: "probe/knn", step: 40, epoch, top1: 0.75 }] : []),
]);

/** Red, green and blue of a pixel. */
async function pixel(png: Buffer, left: number, top: number): Promise<number[]> {
  return [...(await sharp(png).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer())];
}

test("the table has every accuracy, rounded to a tenth of a percent", () => {
  const cells = reportTable(report)
    .split("\n")
    .map((line) =>
      line
        .split("│")
        .map((cell) => cell.trim())
        .filter(Boolean),
    );
  expect(cells).toContainEqual(["2,000 test images, 10 classes", "kNN, k = 200", "linear"]);
  expect(cells).toContainEqual(["SimCLR encoder", "97.7%", "98.3%"]);
  expect(cells).toContainEqual(["raw pixels", "50.0%", "100.0%"]);
  const { accuracies: _, ...unlabelled } = report;
  expect(reportTable(unlabelled)).toBe("");
});

test("the curve goes through the losses", async () => {
  const svg = await lossCurve(curve);
  // The only path with four points and the loss's colour; a loss falling by one a step is a straight line down.
  const lines = [...svg.matchAll(/d="(M[^"]*L[^"]*L[^"]*L[^"]*)"[^>]*stroke="#2f6fde"/g)].map(([, d]) =>
    (d as string)
      .slice(1)
      .split("L")
      .map((point) => point.split(",").map(Number) as [number, number]),
  );
  const [loss, accuracy] = lines as [[number, number][], [number, number][]];
  const steps = (points: [number, number][], axis: 0 | 1) =>
    points.slice(1).map((point, i) => point[axis] - (points[i] as [number, number])[axis]);
  for (const points of [loss, accuracy]) expect(new Set(steps(points, 0).map(Math.round)).size).toBe(1);
  expect(new Set(steps(loss, 1).map(Math.round)).size).toBe(1);
  expect(steps(loss, 1)[0]).toBeGreaterThan(20);
  // 25, 50, 75, 100 % of 130 pixels.
  expect(accuracy.map(([, y]) => y)).toEqual([97.5, 65, 32.5, 0]);
  expect(svg).toContain("kNN with the encoder");
  expect(await lossCurve(curve.filter(({ kind }) => kind === "train"))).not.toContain("kNN");
});

test("the picture shows queries and neighbours, framed by whether the classes agree", async () => {
  const images = Uint8Array.from([0, 80, 160, 240].flatMap((value) => Array<number>(72 * 72 * 3).fill(value)));
  const dataset = arrayDataset({ images, shape: [4, 72, 72, 3], labels: [0, 1, 0, 1], classNames: ["a", "b"] });
  const png = await neighbourPicture([{ query: 1, neighbours: [3, 2] }], dataset, dataset);
  const { width, height } = await sharp(png).metadata();
  expect([width, height]).toEqual([2 * 16 + 3 * 78 + 2 * 6 + 3 * 6, 2 * 16 + 78]);
  const columns = [16, 16 + 78 + 6 + 18, 16 + 2 * (78 + 6) + 18];
  const values = await Promise.all(columns.map((left) => pixel(png, left + 40, 60)));
  expect(values).toEqual([80, 240, 160].map((value) => [value, value, value]));
  const frames = await Promise.all(columns.slice(1).map((left) => pixel(png, left + 1, 60)));
  expect(frames).toEqual([
    [0x2e, 0x9e, 0x4f],
    [0xd6, 0x45, 0x45],
  ]);
});

test("gray images keep coloured frames, small ones are enlarged pixel by pixel", async () => {
  const images = Uint8Array.of(0, 255, 255, 0);
  const dataset = arrayDataset({ images, shape: [1, 2, 2, 1] });
  const png = await neighbourPicture([{ query: 0, neighbours: [0] }], dataset, dataset);
  const [left, top] = [16 + 3, 16 + 3];
  expect(await pixel(png, left + 35, top + 35)).toEqual([0, 0, 0]);
  expect(await pixel(png, left + 36, top + 35)).toEqual([255, 255, 255]);
  expect(await pixel(png, left - 1, top)).toEqual([0x3a, 0x3a, 0x44]);
});

test("the page needs no other file, and text in it is text", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "report-")), "report");
  const pictures = { lossCurve: await lossCurve(curve), neighbours: await sharp({ create: { width: 4, height: 4, channels: 3, background: "teal" } }).png().toBuffer() }; // biome-ignore format: one line
  const { html } = await writeReport(folder, report, pictures);
  expect(readdirSync(folder).sort()).toEqual(["index.html", "loss.png", "loss.svg", "neighbours.png", "report.json"]);
  const page = readFileSync(html, "utf8");
  expect(page).toContain("<td>97.7%</td><td>98.3%</td>");
  expect(page).toContain("Photos &#38; more.");
  expect(page).not.toContain("<b>");
  expect(page.match(/(src|href)="(?!data:)/g)).toBeNull();
  expect(JSON.parse(readFileSync(join(folder, "report.json"), "utf8"))).toEqual(report);
  const { width, density } = await sharp(join(folder, "loss.png")).metadata();
  expect({ wide: Number(width) > 1000, density }).toEqual({ wide: true, density: 144 });
});
