import { join } from "node:path";
import { disposeTree } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile, type Runtime, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { abortAfter, base, temporaryFolder, tinyStep, train } from "./fixtures/tiny-run.js";
import { pretrain } from "./pretrain.js";

describe("pretrain, compiled", () => {
  const folder = temporaryFolder();
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await useTensorFlow();
  });

  it("gives the eager run's losses, and goes on, to the bit, as if it had never stopped", async () => {
    const runFolder = join(folder.path, "run");
    const eagerly = await train({ totalSteps: 6 });
    const whole = await train({ totalSteps: 6, compile });
    // XLA sums in another order, and every step builds on the one before.
    expectClose(whole.losses, eagerly.losses, { absolute: 1e-4, relative: 1e-4 });
    const first = await train({ totalSteps: 6, compile, runFolder, ...abortAfter(3) });
    const second = await train({ totalSteps: 6, compile, runFolder, resume: true });
    expect([...first.losses, ...second.losses]).toEqual(whole.losses);
    expect(second.state).toEqual(whole.state);
  });

  it("keeps the number of tensors flat, TensorFlow's own too", async () => {
    const before = [tf.memory().numTensors, runtime.nativeTensorCount()];
    const counts = new Set<string>();
    const onProgress = (event: { kind: string; step: number }) => {
      const last = event.step === 50;
      if (event.kind === "step" && event.step > 1 && !last)
        counts.add(`${tf.memory().numTensors} ${runtime.nativeTensorCount()}`);
    };
    const result = await pretrain({ step: tinyStep(), ...base, totalSteps: 50, compile, onProgress });
    disposeTree(result.state);
    expect([...counts]).toHaveLength(1);
    expect([tf.memory().numTensors, runtime.nativeTensorCount()]).toEqual(before);
  });
});
