import { parameterTensors } from "@simclr/augmentations";
import { below, disposeTree, eager, type Parameters, randomKey } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { arrayDataset } from "@simclr/data";
import { adam, lars, sgd } from "@simclr/optimizers";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { noise, noiseDataset, scaledView, tinyView } from "./fixtures/tiny-data.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import { abortAfter, temporaryFolder, train } from "./fixtures/tiny-run.js";
import { loadEncoder, type ProbeContext, pretrain } from "./index.js";
import { simclrStep } from "./simclr-step.js";

const [count, size, classCount] = [6, 8, 3];
const views = [scaledView(1), scaledView(0.5)] as const;
const base = { backbone: tinyBackbone(), head: tinyHead(), views, temperature: 0.5 };
const linearProbe = { classCount };
const context = { batchSize: count, imageSize: [size, size] as const };
const inputs = () =>
  [
    tf.tensor4d(noise(count, size), [count, size, size, 3], "int32"),
    parameterTensors(views[0].sample(randomKey(1), context)),
    parameterTensors(views[1].sample(randomKey(2), context)),
    tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"),
  ] as const;
const numbers = (tree: Parameters) => Object.entries(tree).map(([path, tensor]) => [path, [...tensor.dataSync()]]);

describeEachBackend((backendName) => {
  it.each([
    ["sgd", sgd({ learningRate: 1 })],
    ["adam", adam({ learningRate: 0.1 })],
    ["lars", lars({ learningRate: 1, excludes: (path) => !path.endsWith("conv/kernel") })],
  ])("leaves what %s does to the encoder as it is without it, to the bit", (_, optimizer) => {
    tf.tidy(() => {
      const [plain, probing] = [simclrStep({ ...base, optimizer }), simclrStep({ ...base, optimizer, linearProbe })];
      const [images, a, b, labels] = inputs();
      const alone = plain.step(plain.init(randomKey(3)), images, a, b);
      const beside = probing.step(probing.init(randomKey(3)), images, a, b, labels);
      const { "supervisedHead/kernel": kernel, "supervisedHead/bias": bias, ...rest } = beside.state.params;
      expect(numbers(rest)).toEqual(numbers(alone.state.params));
      expect(numbers(beside.state.batchStats)).toEqual(numbers(alone.state.batchStats));
      for (const [name, value] of Object.entries(alone.metrics)) {
        expect([name, ...(beside.metrics[name] as tf.Tensor).dataSync()]).toEqual([name, ...value.dataSync()]);
      }
      expect([kernel?.shape, bias?.shape]).toEqual([[8, classCount], [classCount]]);
    });
  });

  it("learns by the cross entropy of both views' features, with the labels twice", () => {
    tf.tidy(() => {
      const { init, step } = simclrStep({ ...base, optimizer: sgd({ learningRate: 1 }), linearProbe });
      const [images, a, b, labels] = inputs();
      const state = init(randomKey(3));
      const next = step(state, images, a, b, labels);
      const pixels = tf.div(tf.cast(images, "float32"), 255);
      const both = tf.concat([pixels, tf.mul(pixels, 0.5)]) as tf.Tensor4D;
      const stats = below("backbone", state.batchStats);
      const { outputs } = base.backbone.apply(below("backbone", state.params), stats, both, { training: true });
      const logits = (kernel: tf.Tensor, bias: tf.Tensor) =>
        tf.add(tf.matMul(outputs.features as tf.Tensor2D, kernel as tf.Tensor2D), bias);
      const loss = (kernel: tf.Tensor, bias: tf.Tensor) => {
        const own = tf.sum(
          tf.mul(tf.logSoftmax(logits(kernel, bias)), tf.oneHot([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], 3)),
          1,
        );
        return tf.neg(tf.mean(own)) as tf.Scalar;
      };
      const paths = ["supervisedHead/kernel", "supervisedHead/bias"];
      const [kernel, bias] = paths.map((path) => state.params[path] as tf.Tensor) as [tf.Tensor, tf.Tensor];
      const gradients = tf.grads(loss)([kernel, bias]);
      paths.forEach((path, i) => {
        const moved = tf.sub(state.params[path] as tf.Tensor, next.state.params[path] as tf.Tensor);
        expectClose(moved, gradients[i] as tf.Tensor, { absolute: 2e-6 });
      });
      expectClose(next.metrics.supervisedLoss as tf.Tensor, loss(kernel, bias));
      const found = [...tf.argMax(logits(kernel, bias), 1).dataSync()].filter((c, i) => c === i % 3).length;
      expectClose(next.metrics.supervisedAccuracy as tf.Tensor, [found / 12]);
    });
  });

  it("leaves nothing behind", () => {
    const { init, step } = simclrStep({ ...base, optimizer: lars({ learningRate: 1, excludes: "none" }), linearProbe });
    const [state, own] = [init(randomKey(3)), inputs()];
    expectNoLeak(() => eager(step)(state, ...own));
    disposeTree([state, [...own]]);
  });

  it("refuses a step without labels, and one class", () => {
    const optimizer = sgd({ learningRate: 1 });
    tf.tidy(() => {
      const { init, step } = simclrStep({ ...base, optimizer, linearProbe });
      const [images, a, b] = inputs();
      expect(() => step(init(randomKey(3)), images, a, b)).toThrow(/INVALID_ARGUMENT.*labels/);
    });
    expect(() => simclrStep({ ...base, optimizer, linearProbe: { classCount: 1 } })).toThrow(/classCount/);
  });

  describe("in pretrain", () => {
    const folder = temporaryFolder();
    const labelled = arrayDataset({
      images: noise(22),
      shape: [22, 8, 8, 3],
      labels: Array.from({ length: 22 }, (_, i) => i % 3),
    });
    const small = [tinyView(), tinyView()] as const;
    const step = () => simclrStep({ ...base, views: small, optimizer: sgd({ learningRate: 0.1 }), linearProbe });

    it("reports its metrics, is saved, and goes on to the last bit; the encoder loads as ever", async () => {
      const settings = { dataset: labelled, epochs: 2 };
      const whole = await train({ ...settings, step: step() });
      expect(whole.metrics.supervisedLoss).toBeGreaterThan(0);
      await train({ ...settings, step: step(), runFolder: folder.path, ...abortAfter(4) });
      const resumed = await train({ ...settings, step: step(), runFolder: folder.path, resume: true });
      expect(resumed.state).toEqual(whole.state);
      const encoder = await loadEncoder(folder.path, { backboneFromSpec: () => tinyBackbone() });
      expect(Object.keys(encoder.params).sort()).toEqual(["conv/kernel", "norm/offset", "norm/scale"]);
      encoder.dispose();
    });

    it("is among the parameters that other probes of a run see", async () => {
      let bias: number[] = [];
      const run = async ({ params }: ProbeContext) => {
        bias = [...(params["supervisedHead/bias"] as tf.Tensor).dataSync()];
        return {};
      };
      const { state } = await train({ dataset: labelled, epochs: 1, step: step(), probes: [{ name: "bias", everyEpochs: 1, run }] }); // biome-ignore format: one line
      expect(bias).toHaveLength(classCount);
      expect(state["params/supervisedHead/bias"]).toEqual(bias);
    });

    it.runIf(backendName === "tensorflow")("is the same compiled", async () => {
      const settings = { dataset: labelled, epochs: 1 };
      const [eagerly, compiled] = [
        await train({ ...settings, step: step() }),
        await train({ ...settings, step: step(), compile }),
      ];
      const loss = (metrics: Readonly<Record<string, number>>) => [metrics.supervisedLoss as number];
      expectClose(loss(compiled.metrics), loss(eagerly.metrics), { relative: 1e-4 });
    });

    it("refuses a dataset without labels, or with more classes, before a folder is made", async () => {
      const options = { step: step(), batchSize: 4, epochs: 1, key: randomKey(0) };
      await expect(pretrain({ ...options, dataset: noiseDataset(8) })).rejects.toThrow(/no labels/);
      const four = arrayDataset({ images: noise(8), shape: [8, 8, 8, 3], labels: [0, 1, 2, 3, 0, 1, 2, 3] });
      await expect(pretrain({ ...options, dataset: four })).rejects.toThrow(/the label 3/);
    });
  });
});
