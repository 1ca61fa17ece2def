import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeTree, isSimclrError, type TensorTree } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Runtime, useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "../compile/compile.js";
import { images, state, trainingStep } from "../fixtures/training-step.js";
import { type Profile, profile } from "./profile.js";
import { formatProfileSummary } from "./profile-summary.js";
import type { ProfiledOperation } from "./profiled-operation.js";

let runtime: Runtime;
const folder = mkdtempSync(join(tmpdir(), "simclr-profile-"));
beforeAll(async () => {
  runtime = await useTensorFlow();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Three matrix products, two rectifications and a sum of everything. */
const layers = (x: tf.Tensor2D, a: tf.Tensor2D, b: tf.Tensor2D, c: tf.Tensor2D) =>
  tf.tidy(() => {
    const h = tf.relu(tf.matMul(x, a));
    return tf.sum(tf.matMul<tf.Tensor2D>(tf.relu(tf.matMul<tf.Tensor2D>(h as tf.Tensor2D, b)), c));
  });
const operands = (): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] => [
  tf.randomUniform([5, 7]),
  tf.randomUniform([7, 6]),
  tf.randomUniform([6, 3]),
  tf.randomUniform([3, 2]),
];

const countOf = ({ summary }: Profile<unknown>, operation: RegExp) =>
  summary.operations.reduce((sum, one) => sum + (operation.test(one.operation) ? one.count : 0), 0);

function expectTimesInside({ summary, operations }: Profile<unknown>, totalMilliseconds: number) {
  const lanes = [...new Set(operations.map(({ lane }) => lane))];
  for (const { startMilliseconds, milliseconds } of operations) {
    expect(startMilliseconds).toBeGreaterThanOrEqual(0);
    expect(milliseconds).toBeGreaterThanOrEqual(0);
    expect(startMilliseconds + milliseconds).toBeLessThanOrEqual(totalMilliseconds);
  }
  for (const name of lanes) {
    const lane = operations.filter((operation) => operation.lane === name);
    for (const [i, { startMilliseconds }] of lane.slice(1).entries()) {
      const before = lane[i] as ProfiledOperation;
      expect(startMilliseconds).toBeGreaterThan(before.startMilliseconds + before.milliseconds - 1e-6);
    }
  }
  const sum = operations.reduce((total, { milliseconds }) => total + milliseconds, 0);
  expect(summary.operationMilliseconds).toBeCloseTo(sum, 9);
  expect(sum).toBeGreaterThan(0);
  expect(summary.wallMilliseconds).toBeLessThanOrEqual(totalMilliseconds);
  expect(summary.operations.reduce((total, { count }) => total + count, 0)).toBe(operations.length);
  expect(summary.operations.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
}

async function timed<T>(run: () => Promise<Profile<T>>): Promise<{ profiled: Profile<T>; total: number }> {
  const start = performance.now();
  const profiled = await run();
  return { profiled, total: performance.now() - start };
}

describe("a profile of eager operations", () => {
  it("has every operation, with its shapes and the line that called it, and leaves nothing behind", async () => {
    const args = operands();
    const expected = layers(...args);
    const before = [tf.memory().numTensors, runtime.nativeTensorCount()];
    const { profiled, total } = await timed(() => profile(() => layers(...args)));
    expectClose(profiled.result, expected, { absolute: 0, relative: 0 });
    expect([countOf(profiled, /MatMul/), countOf(profiled, /^Relu$/), countOf(profiled, /^Sum$/)]).toEqual([3, 2, 1]);
    const products = profiled.operations.filter(({ operation }) => /MatMul/.test(operation));
    expect(products.map(({ inputShapes }) => inputShapes.map((shape) => shape.slice(-2)))).toEqual([
      [[5, 7], [7, 6]], // biome-ignore format: a product a line
      [[5, 6], [6, 3]], // biome-ignore format: a product a line
      [[5, 3], [3, 2]], // biome-ignore format: a product a line
    ]);
    expect(products.map(({ outputShapes }) => outputShapes[0]?.slice(-2))).toEqual([[5, 6], [5, 3], [5, 2]]); // biome-ignore format: one line
    for (const { calledAt } of profiled.operations) expect(calledAt).toMatch(/profile\.test\.ts:\d+/);
    expectTimesInside(profiled, total);
    const share = products.reduce((sum, one) => sum + one.milliseconds, 0) / profiled.summary.operationMilliseconds;
    expect(profiled.summary.matrixProductShare).toBeCloseTo(share, 9);
    expect(profiled.summary.convolutionShare).toBe(0);
    const lines = formatProfileSummary(profiled.summary, { lines: 1 }).split("\n");
    const [longest] = profiled.summary.operations;
    expect(lines[1]).toContain(`${((longest?.share ?? 0) * 100).toFixed(1)}%  ${longest?.operation}`);
    expect(lines.at(-1)).toContain(`${(share * 100).toFixed(1)}% in matrix products`);
    profiled.result.dispose();
    expect([tf.memory().numTensors, runtime.nativeTensorCount()]).toEqual(before);
    tf.dispose([args, expected]);
  });

  it("notes nothing after the function, and nothing after an error", async () => {
    const noted = await profile(async () => tf.add(tf.scalar(1), tf.scalar(2)));
    const count = noted.operations.length;
    tf.add(tf.scalar(1), tf.scalar(2));
    expect(noted.operations.length).toBe(count);
    await expect(profile(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    expect((await profile(() => 3)).operations).toEqual([]);
  });
});

describe("a profile of a compiled function", () => {
  it("has its nodes, and returns what the function returns, call after call", async () => {
    const compiled = compile(layers, { xla: false, name: "layers" });
    const args = operands();
    const expected = compiled(...args);
    const { profiled, total } = await timed(() =>
      profile(async () => [compiled(...args), await compiled.async(...args)]),
    );
    for (const result of profiled.result) expectClose(result, expected, { absolute: 1e-6, relative: 1e-6 });
    expect(countOf(profiled, /MatMul/)).toBe(6);
    const shapes = profiled.operations.filter(({ operation }) => /MatMul/.test(operation)).map(({ outputShapes }) => outputShapes[0]); // biome-ignore format: one line
    expect(shapes.map(String).sort()).toEqual(["5,2", "5,2", "5,3", "5,3", "5,6", "5,6"]);
    for (const { operation, inputShapes, calledAt } of profiled.operations.filter(({ operation }) =>
      /MatMul/.test(operation),
    )) {
      expect(inputShapes.length, operation).toBeGreaterThanOrEqual(2);
      expect(calledAt).toMatch(/profile\.test\.ts:\d+/);
    }
    expectTimesInside(profiled, total);
    compiled.dispose();
  });

  it("is a training step's, in a trace whose events nest", async () => {
    const compiled = compile(trainingStep, { xla: false, name: "training-step" });
    const file = join(folder, "deep", "step.json");
    const [own, x, rate] = [state(), images(), tf.scalar(0.1)];
    const expected = trainingStep(own, x, rate);
    const before = [tf.memory().numTensors, runtime.nativeTensorCount()];
    const { profiled, total } = await timed(() => profile(() => compiled(own, x, rate), { file }));
    expectTimesInside(profiled, total);
    expectClose(profiled.result.loss, expected.loss, { absolute: 1e-6, relative: 1e-5 });
    expectClose(profiled.result.state.params.kernel, expected.state.params.kernel, { absolute: 1e-5, relative: 1e-4 });
    expect(countOf(profiled, /Conv2D/)).toBe(2); // forward, and the filter's gradient; the images want none
    expect(profiled.summary.convolutionShare).toBeGreaterThan(0);
    disposeTree(profiled.result as unknown as TensorTree);
    expect([tf.memory().numTensors, runtime.nativeTensorCount()]).toEqual(before);

    const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
    const events = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
    const [root] = events.filter(({ cat }: { cat: string }) => cat === "profile");
    const [call] = events.filter(({ cat }: { cat: string }) => cat === "call");
    const nodes = events.filter(({ cat }: { cat: string }) => cat === "operation");
    expect(nodes.length).toBe(profiled.operations.length);
    expect(call.name).toBe("training-step");
    const isInside = (inner: { ts: number; dur: number }, outer: { ts: number; dur: number }) =>
      inner.ts >= outer.ts - 0.01 && inner.ts + inner.dur <= outer.ts + outer.dur + 0.01;
    expect(isInside(call, root)).toBe(true);
    for (const node of nodes) expect(isInside(node, call)).toBe(true);
    const lanes = new Map(traceEvents.filter(({ ph }: { ph: string }) => ph === "M").map((lane: { tid: number; args: { name: string } }) => [lane.tid, lane.args.name])); // biome-ignore format: one line
    for (const node of nodes) expect(lanes.get(node.tid)).toMatch(/^(CPU|GPU):0/);
    expect(readdirSync(join(folder, "deep"))).toEqual(["step.json"]);
    compiled.dispose();
  });

  it("is one operation with XLA, and all of them where XLA is declined", async () => {
    const compiled = compile(layers, { xla: true, name: "layers" });
    const args = operands();
    const whole = await profile(() => compiled(...args));
    expect(whole.summary.operations.map(({ operation, count }) => [operation, count])).toEqual([["XLA layers", 1]]);
    const apart = await profile(() => compiled(...args), { xla: false });
    expect(countOf(apart, /MatMul/)).toBe(3);
    expectClose(apart.result, whole.result, { absolute: 1e-5, relative: 1e-5 });
    compiled.dispose();
  });

  it("assigns the variables that the function assigns, once", async () => {
    const counter = tf.variable(tf.scalar(1));
    const compiled = compile((by: tf.Tensor) => {
      counter.assign(tf.add(counter, by));
      return tf.mul(counter, 10);
    }, { xla: false }); // biome-ignore format: short
    const { result } = await profile(() => compiled(tf.scalar(2)));
    expect([result.dataSync()[0], counter.dataSync()[0]]).toEqual([30, 3]);
    compiled.dispose();
    counter.dispose();
  });
});

describe("what cannot be profiled", () => {
  it("is refused by a code", async () => {
    const codeOf = (run: Promise<unknown>) =>
      run.then(
        () => "none",
        (error: unknown) => (isSimclrError(error) ? error.code : String(error)),
      );
    expect(await codeOf(profile(() => profile(() => 1)))).toBe("SIMCLR_ERROR__RUNTIME__PROFILE_UNDER_WAY");
    writeFileSync(join(folder, "a-file"), "");
    const file = join(folder, "a-file", "trace.json");
    let ran = false;
    expect(await codeOf(profile(() => (ran = true), { file }))).toBe("SIMCLR_ERROR__RUNTIME__PROFILE_UNWRITABLE");
    expect(ran).toBe(false);
    await tf.setBackend("cpu");
    expect(await codeOf(profile(() => 1))).toBe("SIMCLR_ERROR__RUNTIME__PROFILE_OF_OTHER_BACKEND");
    await useTensorFlow();
  });
});
