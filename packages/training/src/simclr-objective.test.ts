import { eager, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { arrayDataset } from "@simclr/data";
import { barlowTwins, supCon, vicReg } from "@simclr/losses";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeMethod, optimizer, tiny, tinyInputs } from "./fixtures/describe-method.js";
import { expectTrajectory, methodParts } from "./fixtures/methods.js";
import { noise } from "./fixtures/tiny-data.js";
import { train } from "./fixtures/tiny-run.js";
import { simclrStep } from "./simclr-step.js";

const options = { statistics: "each view", metrics: () => ({}) } as const;

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  describeMethod(
    "simclrStep of Barlow Twins",
    (parts) => simclrStep({ ...parts, ...options, loss: (a, b) => barlowTwins(a, b) }),
    { compile },
  );

  it.each(Object.entries({ barlowTwins, vicReg }))("takes the steps of PyTorch and lightly with %s", (method, loss) => {
    const step = simclrStep({ ...methodParts(method), ...options, loss: (a, b) => loss(a, b) });
    tf.tidy(() => expectTrajectory(method, step));
  });

  it("hands the loss the labels, in chunks too, and pretrain the dataset's", async () => {
    const labels = [0, 2, 1, 0];
    const supervised = (a: tf.Tensor2D, b: tf.Tensor2D, given: tf.Tensor1D) =>
      supCon(a, b, given, { temperature: 0.5 });
    const seen: number[][] = [];
    let expected = Number.NaN;
    const metrics = (a: tf.Tensor2D, b: tf.Tensor2D) => {
      expected = tf.tidy(() => supervised(a, b, tf.tensor1d(labels, "int32")).dataSync()[0] as number);
      return {};
    };
    const loss = (a: tf.Tensor2D, b: tf.Tensor2D, given: tf.Tensor1D) => {
      seen.push([...given.dataSync()]);
      return supervised(a, b, given);
    };
    const parts = { ...tiny, optimizer: optimizer(0.01), classCount: 3 };
    tf.tidy(() => {
      for (const microBatchSize of [undefined, 2]) {
        const step = simclrStep({ ...parts, loss, metrics, microBatchSize });
        expect(step.classCount).toBe(3);
        const result = step.step(step.init(randomKey(3)), ...tinyInputs(), tf.tensor1d(labels, "int32"));
        expectClose(result.metrics.loss as tf.Tensor, [expected]);
      }
    });
    expect(seen).toEqual([labels, labels]);

    const all = Int32Array.from({ length: 8 }, (_, i) => i % 3);
    const dataset = arrayDataset({ images: noise(8), shape: [8, 8, 8, 3], labels: all });
    const step = simclrStep({ ...parts, loss: supervised, metrics: () => ({}) });
    expect((await train({ dataset, step, totalSteps: 2 })).losses.every(Number.isFinite)).toBe(true);
  });

  it("refuses a loss of labels without classes, and classes that do not agree", () => {
    const parts = { ...tiny, optimizer: optimizer(0.01) };
    const loss = (a: tf.Tensor2D, b: tf.Tensor2D, labels: tf.Tensor1D) => supCon(a, b, labels, { temperature: 0.5 });
    expect(() => simclrStep({ ...parts, loss })).toThrow(/INVALID_ARGUMENT.*classCount/);
    expect(() => simclrStep({ ...parts, loss, classCount: 1 })).toThrow(/INVALID_ARGUMENT.*classCount/);
    const other = { ...parts, loss, classCount: 3, linearProbe: { classCount: 4 } };
    expect(() => simclrStep(other)).toThrow(/INVALID_ARGUMENT.*linearProbe.classCount/);
    const step = simclrStep({ ...parts, loss, classCount: 3 });
    expect(() => step.step(step.init(randomKey(3)), ...tinyInputs())).toThrow(/INVALID_ARGUMENT.*labels/);
  });
});
