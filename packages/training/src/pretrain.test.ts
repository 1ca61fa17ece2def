import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Compile, disposeTree, eager, flattenTree, isSimclrError, randomKey } from "@simclr/core";
import type { Schedule } from "@simclr/optimizers";
import { useTensorFlow } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, expect, it } from "vitest";
import { listCheckpoints } from "./checkpoint-folder.js";
import {
  abortAfter,
  base,
  codeOf,
  dataset,
  stepsPerEpoch,
  temporaryFolder,
  tinyStep,
  train,
} from "./fixtures/tiny-run.js";
import { readMetrics } from "./metrics-file.js";
import { pretrain } from "./pretrain.js";
import type { PretrainOptions, ProgressEvent } from "./pretrain-options.js";

const temporary = temporaryFolder();
let folder: string;
let runFolder: string;
beforeEach(() => {
  folder = temporary.path;
  runFolder = join(folder, "run");
});

describeEachBackend((backendName) => {
  it("gives equal keys equal losses and states to the bit, and other keys others", async () => {
    const one = await train({ epochs: 2 });
    const two = await train({ epochs: 2 });
    const other = await train({ epochs: 2, key: randomKey(8) });
    expect(one.losses.length).toBe(2 * stepsPerEpoch);
    expect(new Set(one.losses).size).toBe(2 * stepsPerEpoch);
    expect(two.losses).toEqual(one.losses);
    expect(two.state).toEqual(one.state);
    expect(other.losses).not.toEqual(one.losses);
  });

  it.each([2, 5, 8])("goes on after step %i as if it had never stopped", async (stop) => {
    const whole = await train({ totalSteps: 12, runFolder: join(folder, "whole") });
    const first = await train({ totalSteps: 12, runFolder, ...abortAfter(stop) });
    expect(first).toMatchObject({ interrupted: true, step: stop });
    expect(first.checkpoint).toBe((await listCheckpoints(runFolder)).at(-1)?.path);
    const second = await train({ totalSteps: 12, runFolder, resume: true });
    expect(second).toMatchObject({ interrupted: false, step: 12 });
    expect(second.events[0]).toMatchObject({ kind: "start", step: stop, resumedFrom: first.checkpoint });
    expect([...first.losses, ...second.losses]).toEqual(whole.losses);
    expect(second.state).toEqual(whole.state);
    const lines = async (run: string) => (await readMetrics(run)).map(({ imagesPerSecond, ...line }) => line);
    expect(await lines(runFolder)).toEqual(await lines(join(folder, "whole")));
  });

  it("keeps the number of tensors flat, TensorFlow's own too, and frees all but the state", async () => {
    const native = backendName === "tensorflow" ? (await useTensorFlow()).nativeTensorCount : () => 0;
    const before = tf.memory().numTensors;
    const counts: [tensors: number, native: number][] = [];
    const onProgress = (event: ProgressEvent) => {
      if (event.kind === "step") counts.push([tf.memory().numTensors, native()]);
    };
    const result = await pretrain({ step: tinyStep(), ...base, totalSteps: 50, onProgress });
    expect(counts.length).toBe(50);
    // After every step there are the state and the next step's inputs; after the last, no inputs.
    expect(new Set(counts.slice(1, -1).map(String)).size).toBe(1);
    expect(tf.memory().numTensors - before).toBe(flattenTree(result.state).length);
    disposeTree(result.state);
  });

  it("reads metrics at the first step, at every k-th and at the last, and only then", async () => {
    const { events } = await train({ totalSteps: 8, log: { everySteps: 3 } });
    expect(events.filter(({ kind }) => kind === "step").map(({ step }) => step)).toEqual([1, 3, 6, 8]);
    expect(events.map(({ epoch }) => epoch)).toEqual([0, 1, 1, 2, 2]);
    const { throughput } = events.at(-1) as ProgressEvent & { kind: "step" };
    expect(throughput?.imagesPerSecond).toBeGreaterThan(0);
    expect(throughput?.imagesPerSecond).toBeCloseTo(4 / (throughput?.secondsPerStep as number), 6);
    expect(throughput?.remainingSeconds).toBe(0);
    expect(events[1]).toMatchObject({ throughput: undefined });
  });

  it("makes the next step's inputs while a step computes", async () => {
    const order: string[] = [];
    const slow: Compile = (fn, options) => {
      const compiled = eager(fn, options);
      const computeElsewhere: typeof compiled.async = async (...trees) => {
        order.push("begin");
        const result = await eager(fn, options).async(...trees);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push("end");
        return result;
      };
      return Object.assign(compiled, { async: computeElsewhere });
    };
    const step = tinyStep();
    const [viewA, viewB] = step.views;
    const sample: typeof viewA.sample = (...inputs) => {
      order.push("sample");
      return viewA.sample(...inputs);
    };
    const result = await pretrain({
      ...base,
      step: { ...step, views: [{ ...viewA, sample }, viewB] },
      totalSteps: 3,
      compile: slow,
    });
    disposeTree(result.state);
    expect(order).toEqual(["sample", "begin", "sample", "end", "begin", "sample", "end", "begin", "end"]);
  });

  it("stops on a signal that was given before it began, with a checkpoint", async () => {
    const result = await train({ totalSteps: 4, runFolder, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ interrupted: true, step: 0, losses: [] });
    const whole = await train({ totalSteps: 4 });
    expect((await train({ totalSteps: 4, runFolder, resume: true })).losses).toEqual(whole.losses);
  });

  it("lets a signal in although the steps keep the thread busy", async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const result = await train({ totalSteps: 100_000, log: { everySteps: 100_000 }, signal: controller.signal });
    expect(result.interrupted).toBe(true);
    expect(result.step).toBeLessThan(100);
  });

  it("stops at a loss that is not finite, names where, and keeps the last good checkpoint", async () => {
    const schedule: Schedule = (step) =>
      tf.where(tf.greater(step, 4), tf.scalar(Number.POSITIVE_INFINITY), tf.scalar(0.5));
    const before = tf.memory().numTensors;
    const running = train({ step: tinyStep(schedule), totalSteps: 10, runFolder, checkpoint: { everySteps: 4 } });
    const error = await running.catch((caught: unknown) => caught);
    if (!isSimclrError(error, "SIMCLR_ERROR__TRAINING__NOT_FINITE")) throw error;
    // Five steps were made when the sixth takes the infinite rate; the seventh's loss shows it.
    const checkpoint = join(runFolder, "checkpoints", "step-00000004");
    const learningRate = Number.POSITIVE_INFINITY;
    expect(error.context).toEqual({ what: "the loss", step: 7, lastFiniteStep: 6, learningRate, checkpoint });
    expect(error.message).toMatch(/learning rate Infinity.*after step 6.*Lower the learning rate.*step-00000004/);
    expect((await listCheckpoints(runFolder)).map(({ step }) => step)).toEqual([4]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("saves no state that is not finite, even when the loss still is", async () => {
    const schedule: Schedule = (step) =>
      tf.where(tf.greater(step, 2), tf.scalar(Number.POSITIVE_INFINITY), tf.scalar(0.5));
    const running = train({ step: tinyStep(schedule), totalSteps: 4, runFolder, checkpoint: { everySteps: 2 } });
    const error = await running.catch((caught: unknown) => caught);
    expect(isSimclrError(error, "SIMCLR_ERROR__TRAINING__NOT_FINITE") && error.context).toMatchObject({
      what: expect.stringMatching(/^params/),
      step: 4,
      lastFiniteStep: 4,
    });
    expect((await listCheckpoints(runFolder)).map(({ step }) => step)).toEqual([2]);
  });

  it("runs probes after their epochs, on the encoder as it is then, and logs them", async () => {
    const seen: { step: number; epoch: number; mean: number }[] = [];
    const probe = {
      name: "mean",
      everyEpochs: 2,
      run: async ({ encode, step, epoch }: Parameters<NonNullable<PretrainOptions["probes"]>[number]["run"]>[0]) => {
        const features = tf.tidy(() => tf.mean(encode(tf.ones([2, 8, 8, 3]))));
        const mean = (await features.data())[0] as number;
        features.dispose();
        seen.push({ step, epoch, mean });
        return { value: mean };
      },
    };
    const { events } = await train({ epochs: 5, runFolder, probes: [probe], checkpoint: { keepLast: 9 } });
    expect(seen.map(({ step, epoch }) => [step, epoch])).toEqual([[10, 2], [20, 4]]); // biome-ignore format: pairs
    expect(seen[0]?.mean).not.toBe(seen[1]?.mean);
    expect(events.filter(({ kind }) => kind === "probe").map(({ step }) => step)).toEqual([10, 20]);
    const lines = (await readMetrics(runFolder)).filter(({ kind }) => kind === "probe/mean");
    expect(lines).toEqual(seen.map(({ step, epoch, mean }) => ({ kind: "probe/mean", step, epoch, value: mean })));
    const described = async (step: string) =>
      JSON.parse(await readFile(join(runFolder, "checkpoints", `step-000000${step}`, "checkpoint.json"), "utf8"))
        .metrics;
    expect((await described("10"))["mean/value"]).toBe(seen[0]?.mean);
    // A number that was measured at another step is not this checkpoint's.
    expect(Object.keys(await described("25"))).toContain("loss");
    expect(Object.keys(await described("25"))).not.toContain("mean/value");
  });

  it("refuses bad arguments before it makes a folder", async () => {
    const bad: Partial<PretrainOptions>[] = [
      {},
      { epochs: 1, totalSteps: 1 },
      { epochs: 0 },
      { totalSteps: 1.5 },
      { epochs: 1, batchSize: 0 },
      { epochs: 1, log: { everySteps: 0 } },
      { epochs: 1, checkpoint: { everySteps: -1 } },
      { epochs: 1, checkpoint: { keepLast: 0 } },
      { epochs: 1, probes: [{ name: "p", everyEpochs: 0, run: async () => ({}) }] },
    ];
    for (const options of bad) {
      expect(await codeOf(train({ runFolder, ...options }))).toBe("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
    expect(await codeOf(train({ runFolder, epochs: 1, batchSize: 23 }))).toBe("SIMCLR_ERROR__DATA__BATCH_TOO_LARGE");
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves nothing behind when reading an image fails", async () => {
    const before = tf.memory().numTensors;
    let reads = 0;
    const failing: typeof dataset = {
      ...dataset,
      read: (indices) => (++reads > 3 ? Promise.reject(new Error("disk gone")) : dataset.read(indices)),
    };
    await expect(train({ dataset: failing, totalSteps: 10 })).rejects.toThrow("disk gone");
    expect(tf.memory().numTensors).toBe(before);
  });
});
