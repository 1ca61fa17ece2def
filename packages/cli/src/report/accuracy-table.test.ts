import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluation, type WrittenRun, writeRun } from "../../test/written-run.js";
import { accuracyTables } from "./accuracy-table.js";
import { distinctlyNamed, readReportedRun } from "./reported-run.js";

const read = async (run: WrittenRun, name = "a") =>
  readReportedRun(await writeRun(join(mkdtempSync(join(tmpdir(), "table-")), name), run));

test("encoders are rows, protocols columns; an evaluation stands for the report's own number", async () => {
  const run = await read({
    evaluations: {
      linear: evaluation({ protocol: "linear-features" }),
      untrained: evaluation({ protocol: "linear-features", encoder: "untrained", encoderTitle: "the same, untrained", metrics: { top1: 0.25 }, interval: [0.2, 0.3] }), // biome-ignore format: one line
    },
  });
  const [table, ...others] = accuracyTables([run]);
  expect(others).toEqual([]);
  expect(table).toMatchObject({ data: "digits", testCount: 200, classCount: 3 });
  expect(table?.columns.map(({ title }) => title)).toEqual(["kNN", "Linear, on features"]);
  expect(table?.rows.map(({ title, cells }) => [title, ...cells])).toEqual([
    ["SimCLR encoder", { value: 0.9765, interval: [0.945, 0.99] }, { value: 0.9125, interval: [0.9, 0.925] }],
    ["the same, untrained", undefined, { value: 0.25, interval: [0.2, 0.3] }],
    ["raw pixels", { value: 0.5 }, { value: 1 }],
  ]);
});

test("one protocol carried out in several ways has a column for each, named by what differs", async () => {
  const tuned = (labelFraction: number, top1: number) =>
    evaluation({ protocol: "fine-tune", settings: { labelFraction, epochs: labelFraction < 0.1 ? 60 : 30 }, metrics: { top1 }, interval: [0, 1] }); // biome-ignore format: one line
  const knn = (k: number) => evaluation({ protocol: "knn", settings: { k, temperature: 0.1 } });
  const run = await read({
    report: null,
    evaluations: { a: tuned(1, 0.9), b: tuned(0.01, 0.7), c: tuned(0.1, 0.8), d: knn(20), e: knn(200) },
  });
  const [table] = accuracyTables([run]);
  expect(table?.columns.map(({ title }) => title)).toEqual([
    "kNN, k 20",
    "kNN, k 200",
    "Fine-tuned, 1% of labels",
    "Fine-tuned, 10% of labels",
    "Fine-tuned, 100% of labels",
  ]);
  expect(table?.rows[0]?.cells.map((cell) => cell?.value)).toEqual([0.9125, 0.9125, 0.7, 0.8, 0.9]);
});

test("a mixture and a student have columns and rows of their own, beside the plain result with as many labels", async () => {
  const supervised = (labelFraction: number, top1: number, settings = {}) =>
    evaluation({ protocol: "supervised", encoder: "untrained", encoderTitle: "the same, untrained", settings: { labelFraction, ...settings }, metrics: { top1 }, interval: [0, 1] }); // biome-ignore format: one line
  const distilled = (encoderTitle: string, top1: number) =>
    evaluation({ protocol: "distill", encoderTitle, settings: { labelFraction: 1 }, metrics: { top1 }, interval: [0, 1] }); // biome-ignore format: one line
  const plain = { a: supervised(1, 0.8), b: supervised(0.1, 0.5) };
  const mixed = supervised(1, 0.9, { mix: ["mixup", "cutmix"], mixupAlpha: 0.2, cutmixAlpha: 1 });
  const students = { d: distilled("SimCLR encoder", 0.7), e: distilled("SimCLR encoder, taught to small", 0.6) };
  const run = await read({ report: null, evaluations: { ...plain, c: mixed, ...students } });
  const [table] = accuracyTables([run]);
  expect(table?.columns.map(({ title }) => title)).toEqual([
    "Distilled, 100% of labels",
    "Supervised, 10% of labels",
    "Supervised with mixup and cutmix, 100% of labels",
    "Supervised, 100% of labels",
  ]);
  expect(table?.rows.map(({ title, cells }) => [title, ...cells.map((cell) => cell?.value)])).toEqual([
    ["SimCLR encoder", 0.7, undefined, undefined, undefined],
    ["SimCLR encoder, taught to small", 0.6, undefined, undefined, undefined],
    ["the same, untrained", undefined, 0.5, 0.9, 0.8],
  ]);
  // Of two runs each may have one of them.
  const other = await read({ report: null, evaluations: { a: supervised(1, 0.7) } }, "b");
  const one = await read({ report: null, evaluations: { c: mixed } });
  const both = accuracyTables([one, other])[0];
  expect(both?.columns.map(({ title }) => title)).toEqual([
    "Supervised with mixup and cutmix, 100% of labels",
    "Supervised, 100% of labels",
  ]);
});

test("two seeds of one protocol are two columns, other images another table, another metric is said", async () => {
  const run = await read({
    report: null,
    evaluations: {
      a: evaluation({ key: [0, 1] }),
      b: evaluation({ key: [0, 2] }),
      c: evaluation({ data: "/pets", metrics: { meanPerClass: 0.5 }, primary: "meanPerClass", interval: [0.4, 0.6] }),
    },
  });
  const [digits, pets] = accuracyTables([run]);
  expect(digits?.columns.map(({ title }) => title)).toEqual(["Linear, key 0:1", "Linear, key 0:2"]);
  expect(pets).toMatchObject({ data: "/pets", columns: [{ title: "Linear", metric: "meanPerClass" }] });
});

test("runs in folders of the same name are told apart by their paths", async () => {
  const [one, two] = [await read({}, "x/run"), await read({}, "y/run")];
  expect(distinctlyNamed([one, two]).map(({ name }) => name)).toEqual(["x/run", "y/run"]);
  expect(distinctlyNamed([one]).map(({ name }) => name)).toEqual(["run"]);
  expect(accuracyTables(distinctlyNamed([one, two]))[0]?.rows.map(({ run }) => run)).toEqual([
    "x/run",
    "x/run",
    "y/run",
    "y/run",
  ]);
});
