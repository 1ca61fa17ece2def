import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { simclrError } from "@simclr/core";
import { expect, test } from "vitest";
import { duration } from "./duration.js";
import { errorText, exitCodeOf } from "./print-error.js";
import { startProgress } from "./progress.js";
import { openTerminal } from "./terminal.js";
import { trainingProgress } from "./training-progress.js";

/** A stream that remembers, a terminal or not. */
function recordingStream(isTTY: boolean) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  Object.assign(stream, { isTTY, columns: 120, rows: 40 });
  const chunks: string[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream, text: () => chunks.join("") };
}

test.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min 00 s"],
  [125, "2 min 05 s"],
  [3600, "1 h 00 min"],
  [100_000, "1 d 03 h"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("without a terminal there are plain lines, the last one always", () => {
  const { stream, text } = recordingStream(false);
  const progress = startProgress({ title: "Embedding", total: 3, stream, plainIntervalMs: 0 });
  for (const done of [1, 2, 3]) progress.update(done, { text: "photos", remainingSeconds: 60 });
  progress.stop();
  expect(text().split("\n")).toEqual([
    "Embedding 1 of 3 · photos · 1 min 00 s left",
    "Embedding 2 of 3 · photos · 1 min 00 s left",
    "Embedding 3 of 3 · photos",
    "",
  ]);
});

test("without a terminal lines come no faster than the interval", () => {
  const { stream, text } = recordingStream(false);
  const progress = startProgress({ title: "Embedding", total: 1000, stream, plainIntervalMs: 60_000 });
  for (let done = 1; done < 1000; done++) progress.update(done);
  expect(text()).toBe("");
});

test("on a terminal there is a bar, and lines stand above it", () => {
  const { stream, text } = recordingStream(true);
  const terminal = openTerminal(stream);
  const progress = terminal.progress({ title: "Embedding", total: 4 });
  progress.update(1, { text: "photos", remainingSeconds: 65 });
  terminal.print("a line");
  progress.stop();
  terminal.print("after");
  const shown = text();
  expect(shown).toContain("Embedding ███████░░░░░░░░░░░░░░░░░░░░░  25% · photos · 1 min 05 s left");
  expect(shown.indexOf("a line")).toBeLessThan(shown.lastIndexOf("Embedding"));
  expect(shown.endsWith("after\n")).toBe(true);
});

test("training shows loss, accuracy and speed, and a line for every probe", () => {
  const { stream, text } = recordingStream(false);
  const progress = trainingProgress(openTerminal(stream), 20, 10);
  const at = { step: 20, totalSteps: 20, epoch: 10 };
  progress.show({ ...at, kind: "start", resumedFrom: "/run/checkpoints/step-00000020" });
  progress.show({ ...at, kind: "probe", probe: "knn", measured: { top1: 0.9512 } });
  progress.show({ ...at, kind: "probe", probe: "linearProbe", measured: { top1: 0.912, top5: 0.99 } });
  const throughput = { imagesPerSecond: 212.34, secondsPerStep: 0.6, shareInStep: 0.9, remainingSeconds: 0 };
  progress.show({ ...at, kind: "step", metrics: { loss: 2.3456, contrastiveAccuracy: 0.842 }, throughput });
  progress.stop();
  const lines = text().split("\n");
  expect(lines).toContain("Going on after step 20 of 20.");
  expect(lines).toContain("Epoch 10: kNN 95.1%");
  expect(lines).toContain("Epoch 10: linear probe 91.2%");
  expect(lines).toContain("Training 20 of 20 · epoch 10/10 · loss 2.346 · accuracy 84% · 212 images/s");
});

test("an error is its message and its code; a stack only when asked for", () => {
  const error = simclrError(
    "SIMCLR_ERROR__CLI__RUN_EXISTS",
    { runFolder: "a" },
    { expected: "the folder of a new run", received: "a", remedy: "Name another." },
  );
  expect(stripVTControlCharacters(errorText(error, { verbose: false }))).toBe(
    "error: expected the folder of a new run; received a. Name another.\nSIMCLR_ERROR__CLI__RUN_EXISTS",
  );
  expect(errorText(error, { verbose: true })).toContain("terminal.test.ts");
  expect(exitCodeOf(error)).toBe(2);
  expect(exitCodeOf(new Error("x"))).toBe(1);
  const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", path: "/run/checkpoints/a" });
  expect(errorText(full, { verbose: false })).toMatch(/the disk is full writing \/run\/checkpoints\/a\. .*--resume/);
});
