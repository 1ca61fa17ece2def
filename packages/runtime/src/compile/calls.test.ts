import { disposeTree } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Runtime, useTensorFlow } from "../backend/use-tensorflow.js";
import { images, type State, state, trainingStep } from "../fixtures/training-step.js";
import { compile } from "./compile.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await useTensorFlow();
});

describe("inside another function", () => {
  it("runs as it is: in a compiled function and in a gradient", () => {
    const square = compile((x: tf.Tensor) => tf.mul(x, x));
    const outer = compile((x: tf.Tensor) => tf.grad((y) => square(y))(x));
    expect(outer(tf.scalar(3)).dataSync()[0]).toBe(6);
    expect(
      tf
        .grad((y) => square(y))(tf.scalar(4))
        .dataSync()[0],
    ).toBe(8);
    for (const compiled of [square, outer]) compiled.dispose();
  });

  it("runs as it is on another backend", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    const compiled = compile((x: tf.Tensor) => tf.scalar((x.dataSync()[0] as number) + 1));
    expect(compiled(tf.scalar(1)).dataSync()[0]).toBe(2);
    expect((await compiled.async(tf.scalar(2))).dataSync()[0]).toBe(3);
    await tf.setBackend("tensorflow");
  });
});

describe("async", () => {
  it("leaves the event loop free, with several calls under way", async () => {
    const compiled = compile((x: tf.Tensor) => {
      let y = x as tf.Tensor2D;
      for (let i = 0; i < 10; i++) y = tf.matMul(y, tf.mul(x, 0.002));
      return { y };
    });
    const x = tf.randomUniform<tf.Rank.R2>([500, 500]);
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    const calls = [1, 2, 3].map((factor) => {
      const argument = tf.mul(x, factor);
      const call = compiled.async(argument);
      argument.dispose(); // the call holds what it needs
      return call;
    });
    setImmediate(turn);
    const results = await Promise.all(calls);
    running = false;
    expect(turns).toBeGreaterThan(results.length);
    for (const [i, { y }] of results.entries())
      expectClose(y, compiled(tf.mul(x, i + 1)).y, { absolute: 1e-4, relative: 1e-4 });
    compiled.dispose();
  });

  it("passes errors on, and is refused after dispose", async () => {
    const compiled = compile((x: tf.Tensor) => tf.tensor1d(x.dataSync()), { name: "reader" });
    await expect(compiled.async(tf.scalar(1))).rejects.toThrow("READ_WHILE_RECORDING");
    compiled.dispose();
    await expect(compiled.async(tf.scalar(1))).rejects.toThrow("COMPILED_DISPOSED");
    expect(() => compiled(tf.scalar(1))).toThrow("COMPILED_DISPOSED");
  });
});

describe("memory", () => {
  it("is flat over 200 calls, in TensorFlow.js and in TensorFlow", () => {
    const compiled = compile(trainingStep);
    let current = state();
    const [x, rate] = [images(), tf.scalar(0.01)];
    const step = () => {
      const { loss, state: next } = compiled(current, x, rate);
      disposeTree(current);
      loss.dispose();
      current = next;
    };
    step();
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, runtime.nativeTensorCount()];
    for (let i = 0; i < 200; i++) step();
    expect([tf.memory().numTensors, tf.memory().numDataBuffers, runtime.nativeTensorCount()]).toEqual(before);
    compiled.dispose();
  });

  it("holds nothing of a recording, nor of one that failed", () => {
    const [x, rate, s] = [images(), tf.scalar(0.01), state()];
    tf.dispose(trainingStep(s, x, rate)); // puts the arguments into TensorFlow's memory
    const native = runtime.nativeTensorCount();
    expectNoLeak(() => {
      const compiled = compile(trainingStep);
      disposeTree(compiled(s, x, rate));
      compiled.dispose();
      const failing = compile((tree: State) =>
        tf.grad((kernel) => {
          tf.keep(tf.relu(kernel));
          return tf.scalar(tf.sum(tf.relu(kernel)).dataSync()[0] as number);
        })(tree.params.kernel),
      );
      expect(() => failing(s)).toThrow("READ_WHILE_RECORDING");
      return undefined;
    });
    expect(runtime.nativeTensorCount()).toBe(native);
    expect(
      tf
        .grad((t) => tf.sum(tf.square(t)))(tf.scalar(3))
        .dataSync()[0],
    ).toBe(6);
  });
});
