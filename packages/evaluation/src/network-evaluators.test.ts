import { type BatchMix, mixup, randomMix, simclrView } from "@simclr/augmentations";
import { resnet } from "@simclr/backbones";
import { type Backbone, disposeTree, isSimclrError, mapTree, randomKey, withPrefix } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { arrayDataset, labelSubset } from "@simclr/data";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { colours, datasets, free, network } from "./fixtures/three-colours.js";
import {
  type EvaluationResult,
  fineTuneEvaluator,
  linearEvaluator,
  supervisedEvaluator,
  type TrainableEncoder,
} from "./index.js";

const bytes = ({ params, state }: TrainableEncoder) =>
  Object.entries({ ...params, ...state }).map(([path, tensor]) => [path, [...tensor.dataSync()]]);
const key = randomKey(9);
/** What a result says apart from its time. */
const said = ({ seconds: _, ...rest }: EvaluationResult) => rest;

type Run = (more?: object) => Promise<EvaluationResult>;
const evaluators: [string, (subject: Required<TrainableEncoder>) => Run][] = [
  [
    "linearEvaluator",
    (s) => (more) => linearEvaluator(s, datasets, { key, epochs: 12, learningRate: 0.5, batchSize: 12, ...more }),
  ],
  [
    "fineTuneEvaluator",
    (s) => (more) =>
      fineTuneEvaluator(s, datasets, {
        key,
        epochs: 12,
        learningRate: 0.3,
        batchSize: 12,
        fineTuneAfterBlock: 0,
        fineTuneFromHeadLayer: 1,
        ...more,
      }),
  ],
  [
    "supervisedEvaluator",
    (s) => (more) => supervisedEvaluator(s, datasets, { key, epochs: 12, learningRate: 0.3, batchSize: 12, ...more }),
  ],
];

describeEachBackend((backendName) => {
  describe.each(evaluators)("%s", (_, evaluatorOf) => {
    it("is the same for the same key, another for another, plain JSON, and leaves its subject as it was", async () => {
      const subject = network();
      const before = bytes(subject);
      const tensors = tf.memory().numTensors;
      const run = evaluatorOf(subject);
      const [first, again, other] = [await run(), await run(), await run({ key: randomKey(10) })];
      expect(said(again)).toEqual(said(first));
      expect(other.metrics).not.toEqual(first.metrics);
      expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      expect(bytes(subject)).toEqual(before);
      expect(tf.memory().numTensors).toBe(tensors);
      // What was measured agrees with what is told of each image.
      const right = first.predictions?.filter((prediction, i) => prediction === i % 3).length as number;
      expect(first.metrics.top1).toBe(right / 9);
      expect(first.metrics.top5).toBe(1);
      expect(first.confusion?.flat().reduce((sum, n) => sum + n, 0)).toBe(9);
      expect(first.interval[0]).toBeLessThanOrEqual(first.metrics.top1 as number);
      expect(first.interval[1]).toBeGreaterThanOrEqual(first.metrics.top1 as number);
      expect(first.counts).toEqual({ train: 24, validation: 0, test: 9, classes: 3 });
      expect(first.seconds).toBeGreaterThan(0);
      free(subject);
    });

    it("learns three colours", async () => {
      const subject = network();
      const { metrics } = await evaluatorOf(subject)({ epochs: 60 });
      expect(metrics.top1).toBeGreaterThanOrEqual(8 / 9);
      expect(metrics.loss).toBeLessThan(0.8 * Math.log(3));
      free(subject);
    });

    it.runIf(backendName === "tensorflow")("is the same compiled", async () => {
      const subject = network();
      const run = evaluatorOf(subject);
      const [eagerly, compiled] = [await run(), await run({ compile })];
      expectClose([compiled.metrics.loss as number], [eagerly.metrics.loss as number], { relative: 1e-3 });
      free(subject);
    });

    it("tells its progress, and stops at the signal without leaving a tensor", async () => {
      const subject = network();
      const tensors = tf.memory().numTensors;
      const controller = new AbortController();
      const progress: [number, number][] = [];
      const onProgress = (done: number, total: number) => {
        progress.push([done, total]);
        if (done === 3) controller.abort(new Error("enough"));
      };
      await expect(evaluatorOf(subject)({ onProgress, signal: controller.signal })).rejects.toThrow("enough");
      expect(progress).toEqual([[1, 24], [2, 24], [3, 24]]); // biome-ignore format: a list
      expect(tf.memory().numTensors).toBe(tensors);
      free(subject);
    });

    it.each([
      { epochs: 0 },
      { epochs: 1.5 },
      { batchSize: 0 },
      { learningRate: -1 },
      { weightDecay: Number.NaN },
      { optimizer: "adam" },
      { warmupEpochs: 12 },
      { imageSize: 0 },
      { evaluationBatchSize: 0 },
    ])("refuses %j", async (wrong) => {
      const subject = network();
      const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
      await expect(evaluatorOf(subject)(wrong)).rejects.toMatchObject({ code });
      free(subject);
    });
  });

  describe("the published defaults", () => {
    const wide = (size: number) => {
      const images = new Uint8Array(4 * size * size * 3).map((_, i) => (i * 31) % 251);
      return arrayDataset({ images, shape: [4, size, size, 3], labels: [0, 1, 0, 1] });
    };
    const settingsOf = async (size: number) => {
      const dataset = wide(size);
      const mean = (x: tf.Tensor4D) => tf.mean(x, [1, 2]) as tf.Tensor2D;
      return (await linearEvaluator(mean, { train: dataset, test: dataset }, { key })).settings;
    };

    it("of linear evaluation are 100 epochs up to 32 pixels and 90 above, rate 0.1 * batch / 256, no decay, no warm-up", async () => {
      expect(await settingsOf(8)).toMatchObject({
        epochs: 100,
        batchSize: 4,
        learningRate: 0.1 / 64,
        weightDecay: 0,
        warmupEpochs: 0,
        view: ["randomResizedCrop", "randomApply(horizontalFlip)"],
      });
      expect(await settingsOf(33)).toMatchObject({ epochs: 90, imageSize: [33, 33] });
    });

    it("of fine-tuning are 60 epochs for 1 % of the labels and 30 for more, rate 0.05 * batch / 256, LARS 0.005 * sqrt(batch)", async () => {
      const subject = network();
      const hundreds = { train: colours(300, 1), test: datasets.test };
      const settings = async (more: object) => (await fineTuneEvaluator(subject, hundreds, { key, ...more })).settings;
      const one = await settings({ labelFraction: 0.01 });
      expect(one).toMatchObject({
        epochs: 60,
        batchSize: 3,
        weightDecay: 0,
        warmupEpochs: 0,
        optimizer: "nesterov",
        fineTuneAfterBlock: -1,
        fineTuneFromHeadLayer: 0,
      });
      expect(one.learningRate).toBeCloseTo((0.05 * 3) / 256, 12);
      expect(await settings({ labelFraction: 0.1, epochs: undefined, fineTuneAfterBlock: 4 })).toMatchObject({
        epochs: 30,
        batchSize: 30,
      });
      const v2 = await settings({ labelFraction: 0.1, epochs: 1, optimizer: "lars", fineTuneFromHeadLayer: 1 });
      expect(v2.learningRate).toBeCloseTo(0.005 * Math.sqrt(30), 12);
      free(subject);
    });
  });

  describe("linearEvaluator", () => {
    it("of a network is that of the function that the network is, in inference mode", async () => {
      const subject = network();
      const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
      const { params, state } = backbone.init(randomKey(1));
      const moved = mapTree(state, (tensor) => tf.add(tensor, 0.1));
      const encode = (x: tf.Tensor4D) =>
        backbone.apply(params, moved, x, { training: false }).outputs.features as tf.Tensor2D;
      const options = { key, epochs: 3, batchSize: 12 };
      const asNetwork = { backbone, params: withPrefix("backbone", params), state: withPrefix("backbone", moved) };
      const byFunction = await linearEvaluator(encode, datasets, options);
      expect(said(await linearEvaluator(asNetwork, datasets, options))).toEqual(said(byFunction));
      disposeTree([params, state, moved]);
      free(subject);
    });

    it("catches a backbone that changes its own variables", async () => {
      const subject = network();
      const path = "backbone/stem/norm/mean";
      const variable = tf.variable(subject.state[path] as tf.Tensor);
      const creeping: Backbone = {
        ...subject.backbone,
        apply: (params, state, x, options) => {
          variable.assign(tf.tidy(() => tf.add(variable, 1e-3)));
          return subject.backbone.apply(params, state, x, options);
        },
      };
      const wrong = { ...subject, backbone: creeping, state: { ...subject.state, [path]: variable } };
      await expect(linearEvaluator(wrong, datasets, { key, epochs: 1 })).rejects.toMatchObject({
        code: "SIMCLR_ERROR__EVALUATION__SUBJECT_CHANGED",
        context: { path: `state/${path}` },
      });
      variable.dispose();
      free(subject);
    });

    it("refuses an encoder that does not return rows", async () => {
      const images = (x: tf.Tensor4D) => tf.neg(x) as unknown as tf.Tensor2D;
      const code = "SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT";
      await expect(linearEvaluator(images, datasets, { key })).rejects.toMatchObject({ code });
    });
  });

  describe("fineTuneEvaluator", () => {
    it("takes the labels that labelSubset takes, and starts from the network: with rate 0 it knows nothing", async () => {
      const subject = network();
      const options = { key, labelFraction: 0.25, epochs: 1, learningRate: 0 };
      const { counts, metrics } = await fineTuneEvaluator(subject, datasets, options);
      expect(counts.train).toBe(labelSubset(datasets.train, { fraction: 0.25, key }).length);
      expectClose([metrics.loss as number], [Math.log(3)]);
      free(subject);
    });

    it("refuses layers and blocks that there are not", async () => {
      const subject = network();
      const tensors = tf.memory().numTensors;
      const refusal = (more: object, encoder: TrainableEncoder = subject) =>
        fineTuneEvaluator(encoder, datasets, { key, epochs: 1, ...more }).then(
          () => "none",
          (error: unknown) => (isSimclrError(error) ? error.code : String(error)),
        );
      const { head: _, ...headless } = subject;
      const deaf: Backbone = {
        ...subject.backbone,
        apply: (params, state, x, { frozenThrough: __, ...rest }) => subject.backbone.apply(params, state, x, rest),
      };
      expect(await refusal({ fineTuneFromHeadLayer: 3 })).toBe("SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING");
      expect(await refusal({ fineTuneFromHeadLayer: 1 }, headless)).toBe(
        "SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING",
      );
      expect(await refusal({ fineTuneAfterBlock: 3 })).toBe("SIMCLR_ERROR__EVALUATION__BLOCK_MISSING");
      expect(await refusal({ fineTuneAfterBlock: 0 }, { ...subject, backbone: deaf })).toBe(
        "SIMCLR_ERROR__EVALUATION__BLOCK_MISSING",
      );
      for (const wrong of [
        { fineTuneAfterBlock: 5 },
        { fineTuneFromHeadLayer: -1 },
        { labelFraction: 0 },
        { labelFraction: 1.5 },
      ])
        expect(await refusal(wrong)).toBe("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
      expect(await refusal({ labelFraction: 0.05 })).toBe("SIMCLR_ERROR__DATA__TOO_FEW_LABELS");
      expect(tf.memory().numTensors).toBe(tensors);
      free(subject);
    });
  });

  describe("supervisedEvaluator", () => {
    it("sees train images by the view it is given, and starts from the key, not from the subject's numbers", async () => {
      const [a, b] = [network(1), network(2)];
      const options = { key, epochs: 2, batchSize: 12 };
      const view = simclrView({ imageSize: 6, blur: false });
      const first = await supervisedEvaluator(a, datasets, options);
      expect(said(await supervisedEvaluator(b, datasets, options))).toEqual(said(first));
      const other = await supervisedEvaluator(a, datasets, { ...options, view });
      expect(other.settings.view).toEqual(view.augmentations.map(({ name }) => name));
      expect(other.metrics.loss).not.toBe(first.metrics.loss);
      for (const subject of [a, b]) free(subject);
    });

    it("mixes what it is told to, and only the train images", async () => {
      const subject = network();
      const options = { key, epochs: 2, batchSize: 12 };
      const plain = await supervisedEvaluator(subject, datasets, options);
      expect(plain.settings).not.toHaveProperty("mix");
      // A share of 1 is the image itself: a step on it is one on what is not mixed.
      const none: BatchMix = {
        ...(mixup() as BatchMix),
        sample: (_, { batchSize }) => {
          const rows = Array.from({ length: batchSize }, (_row, i) => i);
          return { lambda: rows.map(() => 1), partner: rows.reverse() };
        },
      };
      const unmixed = await supervisedEvaluator(subject, datasets, { ...options, mix: none });
      expect(said({ ...unmixed, settings: plain.settings })).toEqual(said(plain));
      const right = (plain.metrics.trainTop1 as number) * 12;
      expectClose([right], [Math.round(right)], { absolute: 1e-5 });

      const mix = randomMix([mixup({ alpha: 0.5 })], { probability: 1 });
      const mixed = await supervisedEvaluator(subject, datasets, { ...options, mix });
      expect(said(await supervisedEvaluator(subject, datasets, { ...options, mix }))).toEqual(said(mixed));
      expect(mixed.settings.mix).toBe("randomMix(mixup)");
      expect(mixed.metrics.trainLoss).not.toBe(plain.metrics.trainLoss);
      expect(mixed.metrics.trainTop1).toBeGreaterThanOrEqual(0);
      expect(mixed.metrics.trainTop1).toBeLessThanOrEqual(1);
      free(subject);
    });
  });
});
