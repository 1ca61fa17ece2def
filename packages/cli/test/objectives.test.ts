import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { disposeTree } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { useTensorFlow } from "@simclr/runtime";
import { latestCheckpoint, loadCheckpoint, loadEncoder, readMetrics, readSafetensors } from "@simclr/training";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../bin/simclr.js", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "simclr-objectives-"));
/** Digits, and a network that takes seconds. */
const tiny = ["xla=false", "imageSize=12", "exampleCount=48", "backbone.width=0.0625", "head.outputSize=8", "batchSize=16", "epochs=3", "optimizer.warmupEpochs=0", "evaluation.linearEpochs=2", "evaluation.exampleCount=32", "evaluation.probeExampleCount=16", "evaluation.neighbours=5"].flatMap((assignment) => ["--set", assignment]); // biome-ignore format: one line

function start(...args: string[]) {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, NODE_OPTIONS: "", npm_command: undefined };
  const child = spawn(process.execPath, [entry, ...args], { cwd: scratch, env });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const finished = new Promise<{ code: number | null } & typeof output>((resolve) =>
    child.on("close", (code) => resolve({ code, ...output })),
  );
  return { process: child, finished };
}

const simclr = (...args: string[]) => start(...args).finished;

test("byol trains on digits, is stopped and goes on, is measured, embeds and exports by the network that learned", async () => {
  const byol = ["objective.kind=byol", "objective.predictorHiddenSize=8", "head.normalizeProjection=false"].flatMap((set) => ["--set", set]); // biome-ignore format: one line
  const whole = simclr("pretrain", "digits", "--run", "whole", ...tiny, ...byol);
  const stopped = start("pretrain", "digits", "--run", "run", ...tiny, ...byol);
  const isOver = () => stopped.process.exitCode !== null || existsSync(join(scratch, "run", "metrics.jsonl"));
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
  stopped.process.kill("SIGINT");
  const first = await stopped.finished;
  expect(first.stderr).toMatch(/3 steps, 16 images a step in two views each; BYOL, adamw/);
  expect(first.code).toBe(130);
  const second = await simclr("pretrain", "--run", "run", "--resume");
  expect({ code: second.code, whole: (await whole).code }).toEqual({ code: 0, whole: 0 });
  expect(second.stdout).toMatch(/BYOL encoder[\s\S]*the same, untrained/);
  const measured = async (run: string) =>
    (await readMetrics(join(scratch, run)))
      .filter(({ kind }) => kind === "train")
      .map(({ step, loss, projectionDeviation }) => ({ step, loss, projectionDeviation }));
  const resumed = await measured("run");
  expect(resumed).toEqual(await measured("whole"));
  expect(resumed.at(-1)).toMatchObject({ step: 9, projectionDeviation: expect.any(Number) });

  const { tensors } = await loadCheckpoint((await latestCheckpoint(join(scratch, "run"))) as string);
  const kernel = (network: string) => [...(tensors.get(`${network}/backbone/stem/conv1/kernel`)?.values ?? [])];
  const [learned, followed] = [kernel("params"), kernel("objectiveState/target/params")];
  expect(learned.length).toBeGreaterThan(0);
  expect(learned).not.toEqual(followed);
  expect((await simclr("export", "run", "--output", "exported")).code).toBe(0);
  const exported = await readSafetensors(join(scratch, "exported", "encoder.safetensors"));
  const kernels = [...exported.tensors].filter(([path]) => /stem\/conv1\/kernel$/.test(path));
  expect(kernels.map(([, { values }]) => [...values])).toEqual([learned]);

  await useTensorFlow({ device: "cpu" });
  const folder = join(scratch, "gray");
  mkdirSync(folder);
  const pixels = Uint8Array.from({ length: 144 }, (_, i) => (i * 37) % 256);
  await sharp(pixels, { raw: { width: 12, height: 12, channels: 1 } })
    .png()
    .toFile(join(folder, "a.png"));
  expect((await simclr("embed", "run", folder, "--output", "a.json")).code).toBe(0);
  const [{ features }] = JSON.parse(readFileSync(join(scratch, "a.json"), "utf8"));
  const encoder = await loadEncoder(join(scratch, "run"));
  const images = tf.div<tf.Tensor4D>(tf.tensor4d(pixels, [1, 12, 12, 1]), 255);
  expectClose(encoder.encode(images), features, { absolute: 1e-5 });
  disposeTree([images]);
  encoder.dispose();
});

test("supCon learns from labels, and is refused without", async () => {
  const supCon = ["--set", "objective.kind=supCon"];
  const labelled = await simclr("pretrain", "digits", "--run", "labelled", ...tiny, ...supCon, "--set", "epochs=1");
  expect(labelled).toMatchObject({ code: 0, stdout: expect.stringMatching(/SupCon encoder/) });
  mkdirSync(join(scratch, "flat"));
  for (const name of ["a", "b"]) {
    const photo = sharp({ create: { width: 20, height: 20, channels: 3, background: "red" } });
    await photo.png().toFile(join(scratch, "flat", `${name}.png`));
  }
  const { code, stderr } = await simclr("pretrain", "flat", ...supCon, "--set", "batchSize=2");
  expect(stderr).toMatch(/expected labelled images in .*flat, which objective\.kind=supCon learns from; received images without labels/); // biome-ignore format: one line
  expect(stderr).toContain("SIMCLR_ERROR__CLI__LABELS_MISSING");
  expect({ code, ran: existsSync(join(scratch, "runs")) }).toEqual({ code: 2, ran: false });
});

test("a misspelt objective is refused with the nearest", async () => {
  const { code, stderr } = await simclr("pretrain", "digits", "--set", "objective.kind=simsiam");
  expect({ code, isSaid: /Did you mean "simSiam"\?/.test(stderr) }).toEqual({ code: 2, isSaid: true });
});
