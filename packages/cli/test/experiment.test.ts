import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foldIn, randomKey } from "@simclr/core";
import { linearFeaturesEvaluator } from "@simclr/evaluation";
import { loadEncoder } from "@simclr/training";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunExperimentOptions, runExperiment } from "../src/experiment/run-experiment.js";
import { atMost, imageSource } from "../src/run/image-source.js";
import { pretrainRun } from "../src/run/pretrain-run.js";
import { readRunSettings } from "../src/run/run-settings.js";
import type { Terminal } from "../src/terminal/terminal.js";

const base = mkdtempSync(join(tmpdir(), "simclr-experiment-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const silent: Terminal = { print: () => {}, progress: () => ({ update: () => {}, print: () => {}, stop: () => {} }) };
const set = ["imageSize=8", "backbone.width=0.05", "head.outputSize=8", "exampleCount=60", "epochs=2", "batchSize=20", "evaluation.exampleCount=40", "evaluation.linearEpochs=2"]; // biome-ignore format: one line
const folder = join(base, "experiments");
const ask = (options: Partial<RunExperimentOptions> = {}) =>
  runExperiment({ name: "losses", seeds: 2, set, folder, terminal: silent, ...options });
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));

let first: Awaited<ReturnType<typeof ask>>;
beforeAll(async () => {
  first = await ask();
}, 240_000);

test("every setting is trained and measured with every seed, as pretrain and the evaluator do it", async () => {
  expect(first).toMatchObject({ trialCount: 12, finishedCount: 12, interrupted: false });
  const { trials, recipe } = json(first.files?.json as string);
  const trial = trials.find((one: { row: string; seed: number }) => one.row === "NT-Logistic" && one.seed === 1);
  const runFolder = join(base, "by-hand");
  const { recipe: saved } = await readRunSettings(join(folder, "runs", trial.run));
  expect(saved).toMatchObject({ imageSize: 8, seed: 1, loss: { kind: "ntLogistic", negatives: "all" } });
  expect(recipe.loss.kind).toBe("ntXent");

  await pretrainRun({ data: "digits", recipe: saved, runFolder, terminal: silent });
  const source = await imageSource("digits", saved, { onWarning: () => {} });
  const parts = { train: atMost(source.bank, 40), test: atMost(source.test as never, 40) };
  const encoder = await loadEncoder(runFolder);
  const key = foldIn(randomKey(1), "evaluate");
  const { metrics } = await linearFeaturesEvaluator(encoder.encode, parts, { key, epochs: 2 });
  encoder.dispose();
  expect(trial.values.top1).toBeCloseTo(metrics.top1 as number, 6);
  expect(trial.values.loss).toBeCloseTo(metrics.loss as number, 3);
});

test("figure and tables hold what was measured", async () => {
  const { summary, files } = first as Required<typeof first>;
  const means = summary.cells.map(({ metrics }) => (100 * (metrics.top1?.mean as number)).toFixed(1));
  const markdown = readFileSync(files.markdown, "utf8");
  for (const mean of means) expect(markdown).toContain(mean);
  expect(markdown).toContain("simclr experiment losses digits --scale tiny --set imageSize=8");
  for (const line of summary.direction) expect(markdown).toContain(`- ${line}`);
  const svg = readFileSync(files.svg, "utf8");
  for (const label of ["NT-Xent", "margin triplet", "semi-hard"]) expect(svg).toContain(label);
  const picture = await sharp(files.png).stats();
  expect(picture.isOpaque).toBe(true);
  expect(picture.entropy).toBeGreaterThan(0.5);
  const values = readFileSync(files.csv, "utf8").trimEnd().split("\n").slice(1).map((line) => Number(line.split(",").at(-1))); // biome-ignore format: one line
  const { trials } = json(files.json);
  expect([...values].sort()).toEqual(trials.map((trial: { values: { top1: number } }) => trial.values.top1).sort());
});

test("what is finished is not made again, by another experiment neither", async () => {
  const { trials } = json(first.files?.json as string);
  const config = join(folder, "runs", trials[0].run, "config.json");
  const before = statSync(config).mtimeMs;
  expect(await ask({ planOnly: true })).toMatchObject({ finishedCount: 12, runsToDo: 0 });
  const again = await ask();
  expect(again.summary).toEqual(first.summary);
  expect(statSync(config).mtimeMs).toBe(before);
  expect(await ask({ seeds: 3, planOnly: true })).toMatchObject({ trialCount: 18, finishedCount: 12, runsToDo: 6 });
});

test("an interrupted experiment goes on to the same numbers", async () => {
  const elsewhere = join(base, "interrupted");
  const controller = new AbortController();
  let updates = 0;
  const progress: Terminal["progress"] = () => ({
    // In the midst of the third run.
    update: (done) => {
      updates++;
      if (done > 220) controller.abort();
    },
    print: () => {},
    stop: () => {},
  });
  const stopped = await ask({ folder: elsewhere, signal: controller.signal, terminal: { ...silent, progress } });
  expect(updates).toBeGreaterThan(2);
  expect(stopped).toMatchObject({ finishedCount: 2, interrupted: true });
  const whole = await ask({ folder: elsewhere });
  expect(whole).toMatchObject({ finishedCount: 12, interrupted: false });
  expect(whole.summary).toEqual(first.summary);
});

test("the other measures end in numbers, too", async () => {
  // Digits have no colour to tell of.
  const told = await ask({ name: "head-information", seeds: 1 });
  expect(told.finishedCount).toBe(8);
  for (const { metrics } of told.summary?.cells ?? []) {
    expect(metrics.chance?.mean ?? 0.5).toBeGreaterThan(0.2);
    expect(metrics.top1?.mean).toBeGreaterThan(0.05);
  }
  // Its run is the losses' NT-Xent.
  expect(await ask({ name: "head-information", seeds: 2, planOnly: true })).toMatchObject({ runsToDo: 1 });
  expect(new Set(readdirSync(join(folder, "runs"))).size).toBe(12);
  const few = [...set, "exampleCount=500"];
  const fraction = await ask({ name: "label-fraction", seeds: 1, set: few });
  expect(fraction.finishedCount).toBe(6);
  for (const { metrics } of fraction.summary?.cells ?? []) expect(metrics.top1?.mean).toBeGreaterThan(0);
}, 240_000);

test("bad requests are refused before anything is made", async () => {
  const empty = join(base, "nothing");
  await expect(ask({ scale: "imagenet", folder: empty })).rejects.toThrow("SIMCLR_ERROR__CLI__INVALID_OPTION");
  await expect(ask({ set: ["losss.kind=ntXent"], folder: empty })).rejects.toThrow("UNKNOWN_RECIPE_KEY");
  const unlabelled = join(base, "unlabelled");
  mkdirSync(unlabelled);
  const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#456" } })
    .png()
    .toBuffer();
  for (const i of [1, 2]) writeFileSync(join(unlabelled, `${i}.png`), picture);
  await expect(ask({ data: unlabelled, folder: empty })).rejects.toThrow("SIMCLR_ERROR__CLI__LABELS_MISSING");
  expect(() => statSync(empty)).toThrow();
  const [name] = json(first.files?.json as string).trials.map((one: { run: string }) => one.run);
  expect(name).toMatch(/^[0-9a-f]{12}$/);
});
