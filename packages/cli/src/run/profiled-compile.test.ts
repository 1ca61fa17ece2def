import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { profiledCompile } from "./profiled-compile.js";

beforeAll(async () => {
  await useTensorFlow();
});

it("profiles the second call of the function that it names, and changes no result", async () => {
  const folder = mkdtempSync(join(tmpdir(), "simclr-profiled-"));
  const file = join(folder, "trace.json");
  const printed: string[] = [];
  const own = profiledCompile(compile, { file, functionName: "step", print: (line) => printed.push(line) });
  const product = (x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D);
  const [step, other] = [own(product, { name: "step", xla: false }), own(product, { name: "other", xla: false })];
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    expect([...(await (await other.async(x)).data())]).toEqual([7, 10, 15, 22]);
    expect([...(await (await step.async(x)).data())]).toEqual([7, 10, 15, 22]);
    counts.push(printed.length);
  }
  expect(counts[0]).toBe(0);
  expect(counts[1]).toBeGreaterThan(3);
  expect(counts[2]).toBe(counts[1]);
  expect(printed.join("\n")).toMatch(/^Step 2:\n[\d.]+ ms, [\d.]+ ms of operations[\s\S]* in matrix products\n/);
  const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
  const names: string[] = traceEvents.map(({ name }: { name: string }) => name);
  expect(names.filter((name) => /MatMul/.test(name)).length).toBe(1);
  expect(names).toContain("step");
  expect(names).not.toContain("other");
  step.dispose();
  other.dispose();
  rmSync(folder, { recursive: true });
});
