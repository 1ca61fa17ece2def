import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluation, writeRun } from "../../test/written-run.js";
import { readReportedRun } from "./reported-run.js";
import { readEvaluations } from "./saved-evaluation.js";

const runFolder = () => join(mkdtempSync(join(tmpdir(), "evaluations-")), "run");

test("evaluations are read as they were written, in the order of their names", async () => {
  const [one, two] = [evaluation({ confusion: [[3, 1], [0, 4]] }), evaluation({ protocol: "knn" })]; // biome-ignore format: one line
  const folder = await writeRun(runFolder(), { evaluations: { b: one, a: two } });
  expect(await readEvaluations(folder)).toEqual([two, one]);
  expect(await readEvaluations(await writeRun(runFolder()))).toEqual([]);
});

test.each([
  ["cut off", JSON.stringify(evaluation()).slice(0, 40), /text that is not JSON/],
  ["of another program", "[]", /expected object/],
  ["without a result", JSON.stringify({ ...evaluation(), metrics: {} }), /primary: "top1" is none of the metrics/],
  ["with NaN, which JSON writes as null", JSON.stringify(evaluation({ metrics: { top1: Number.NaN } })), /metrics\.top1/],
  ["with half a confusion matrix", JSON.stringify(evaluation({ confusion: [[1, 2]] })), /confusion: a row for each/],
  ["with its interval upside down", JSON.stringify(evaluation({ interval: [0.9, 0.1] })), /interval: its lower end/],
  ["of an unknown encoder", JSON.stringify({ ...evaluation(), encoder: "own" }), /encoder: /],
])("an evaluation %s is refused, and named", async (_, text, message) => {
  const folder = await writeRun(runFolder(), { evaluations: { fine: evaluation() } });
  const file = join(folder, "evaluations", "broken.json");
  writeFileSync(file, text);
  await expect(readReportedRun(folder)).rejects.toMatchObject({
    code: "SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED",
    context: { file },
    message: expect.stringMatching(message),
  });
}); // biome-ignore format: one line each

test.each([
  ["config.json", "{"],
  ["metrics.jsonl", "{}\nno\n"],
  ["report/report.json", '{"seed":1}'],
  ["report/pictures.json", '{"step":-1}'],
])("a damaged %s is refused, and named", async (name, text) => {
  const folder = await writeRun(runFolder());
  writeFileSync(join(folder, name), text);
  await expect(readReportedRun(folder)).rejects.toMatchObject({
    code: "SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED",
    context: { file: join(folder, name) },
  });
});
