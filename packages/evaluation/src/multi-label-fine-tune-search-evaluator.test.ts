import { view } from "@simclr/augmentations";
import {
  type Communicator,
  disposeTree,
  eager,
  flattenTree,
  foldIn,
  oneProcess,
  randomKey,
  uniform,
} from "@simclr/core";
import { emulateReplicas, expectClose } from "@simclr/core/testing";
import { arrayDataset, batches } from "@simclr/data";
import { sgd } from "@simclr/optimizers";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { classScores } from "./class-scores.js";
import { classificationStep } from "./classification-step.js";
import { evaluatorContract } from "./contract.js";
import { free, network } from "./fixtures/three-colours.js";
import { frozenClassifier } from "./frozen-classifier.js";
import { supervisedView, testView } from "./image-views.js";
import {
  bootstrapInterval,
  type EvaluationDatasets,
  elevenPointMeanAveragePrecision,
  type FineTuneTrial,
  type MultiLabelDataset,
  multiLabelFineTuneSearchEvaluator,
  rawPixels,
} from "./index.js";
import { multiLabelTask } from "./multi-label-task.js";
import { networkClassifier } from "./network-classifier.js";
import { resampledMeanAveragePrecision } from "./resampled-mean-average-precision.js";
import { initSupervisedHead } from "./supervised-head.js";
import { trainClassifier } from "./train-classifier.js";
import { recipeOptimizer } from "./training-recipe.js";

const key = randomKey(9);
const classNames = ["red", "green", "blue"];

/** Noise in any of three colours; whether a colour is there is now and then too hard to say. */
function colours(count: number, seed: number): MultiLabelDataset {
  const shows = uniform(randomKey(seed + 100), count * 3, 0, 1);
  const images = Uint8Array.from(uniform(randomKey(seed), count * 108, 0, 160), (x, i) => {
    const at = 3 * Math.floor(i / 108) + (i % 3);
    return x + ((shows[at] as number) > 0.5 ? 70 : 0);
  });
  const truth = Int8Array.from(shows, (x, i) => (i % 7 === 3 ? -1 : x > 0.5 ? 1 : 0));
  return { ...arrayDataset({ images, shape: [count, 6, 6, 3] }), classNames, truth };
}
const datasets = { train: colours(24, 1), validation: colours(18, 2), test: colours(15, 3) };
const { train, validation, test } = datasets;

/** The pair's scores of images, from the pieces alone. */
async function scoresByHand(from: MultiLabelDataset, of: MultiLabelDataset, learningRate: number, weightDecay: number) {
  const subject = network();
  const classifier = networkClassifier(subject, { afterBlock: -1, fromHeadLayer: 0 }, [6, 6, 3]);
  const head = initSupervisedHead(5, 3);
  const backbone = Object.entries(subject.params).filter(([path]) => path.startsWith("backbone/"));
  const variables = { params: { ...subject.params, ...head }, state: subject.state };
  const steps = 10;
  const epochs = Math.ceil(steps / Math.floor(from.length / 12));
  const recipe = { steps, epochs, batchSize: 12, learningRate, weightDecay, warmupEpochs: 0, optimizer: "nesterov" } as const; // biome-ignore format: one line
  const { learned, trainLoss } = await trainClassifier({
    ...{ task: multiLabelTask, classifier, variables, compile: eager, communicator: oneProcess, key: foldIn(key, "training") },
    ...{ dataset: from, view: supervisedView([6, 6]), batchSize: 12, epochs, steps },
    optimizer: recipeOptimizer(recipe, from.length, { ...Object.fromEntries(backbone), ...head }),
  }); // biome-ignore format: two rows
  const merged = {
    params: { ...variables.params, ...learned.params },
    state: { ...variables.state, ...learned.state },
  };
  const { scores, labels } = await classScores({
    ...{ task: multiLabelTask, classifier, variables: merged, classCount: 3, compile: eager },
    ...{ dataset: of, view: testView([6, 6]), batchSize: 4 },
  });
  expect([...labels]).toEqual([...of.truth]);
  disposeTree([learned.params, learned.state, head]);
  free(subject);
  return { scores, trainLoss };
}

/** Of each image the mean of its known classes' losses, and of these the mean. */
function lossByHand(scores: Float32Array, { truth, length }: MultiLabelDataset): number {
  const rows = Array.from({ length }, (_, row) => {
    const losses = [0, 1, 2].flatMap((c) => {
      const [z, y] = [scores[3 * row + c] as number, truth[3 * row + c]];
      return y === -1 ? [] : [-Math.log(1 / (1 + Math.exp(y === 1 ? -z : z)))];
    });
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  });
  return rows.reduce((sum, loss) => sum + loss, 0) / length;
}

describeEachBackend(() => {
  /** The contract's images, each of which shows the one class that it is of. */
  const severalOf = (parts: EvaluationDatasets) => {
    const several = (dataset: EvaluationDatasets["train"]): MultiLabelDataset => {
      const { labels, ...rest } = dataset;
      const truth = Int8Array.from({ length: dataset.length * 3 }, (_, i) => (labels?.[Math.floor(i / 3)] === i % 3 ? 1 : 0));
      return { ...rest, classNames: ["tint0", "tint1", "tint2"], truth };
    }; // biome-ignore format: one line
    const { validation: own } = parts;
    return { train: several(parts.train), test: several(parts.test), ...(own && { validation: several(own) }) };
  };
  evaluatorContract("multiLabelFineTuneSearchEvaluator", {
    evaluator: (subject, parts, options, communicator) =>
      multiLabelFineTuneSearchEvaluator(subject, severalOf(parts), options, communicator),
    options: { learningRates: [0.3], weightDecays: [0], steps: 15, batchSize: 12 },
    create: () => {
      const subject = network();
      return { subject, parameters: { params: subject.params, state: subject.state } };
    },
    side: 6,
    ownClassCount: 3,
    compile,
  });

  describe("multiLabelFineTuneSearchEvaluator", () => {
    const options = { key, learningRates: [0.01, 0.3], weightDecays: [0, 0.003], steps: 10, batchSize: 12 };

    it("is the pieces by hand: each pair by its mean precision, then both parts with the best", async () => {
      const subject = network();
      const trials: FineTuneTrial[] = [];
      const tensors = tf.memory().numTensors;
      const result = await multiLabelFineTuneSearchEvaluator(subject, datasets, {
        ...options,
        onTrial: (trial) => void trials.push(trial),
      });
      expect(tf.memory().numTensors).toBe(tensors);
      const byHand: FineTuneTrial[] = [];
      for (const learningRate of options.learningRates) {
        for (const weightDecay of options.weightDecays) {
          const { scores } = await scoresByHand(train, validation, learningRate, weightDecay / learningRate);
          const { mean } = elevenPointMeanAveragePrecision(scores, validation.truth, 3);
          byHand.push({ learningRate, weightDecay, accuracy: mean });
        }
      }
      expect(trials).toEqual(byHand);
      expect(new Set(byHand.map(({ accuracy }) => accuracy)).size).toBeGreaterThan(1);
      const best = byHand.reduce((most, one) => ((one.accuracy ?? 0) > (most.accuracy ?? 0) ? one : most));
      expect(result.settings).toMatchObject({ metric: "vocMeanAveragePrecision11", searched: byHand });
      expect(result.settings.learningRate).toBe(best.learningRate);

      const both = multiLabelTask.joined(train, validation);
      const decay = best.weightDecay / best.learningRate;
      const { scores, trainLoss } = await scoresByHand(both, test, best.learningRate, decay);
      const { mean, perClass } = elevenPointMeanAveragePrecision(scores, test.truth, 3);
      expect(result.primary).toBe("vocMeanAveragePrecision11");
      expect(result.metrics).toMatchObject({ vocMeanAveragePrecision11: mean, trainLoss });
      expectClose([result.metrics.loss as number], [lossByHand(scores, test)], { relative: 1e-6 });
      expect(result.settings.averagePrecision).toEqual({ red: perClass[0], green: perClass[1], blue: perClass[2] });
      const statistic = resampledMeanAveragePrecision(scores, test.truth, 3);
      expect(result.interval).toEqual(bootstrapInterval(15, statistic, { key: foldIn(key, "bootstrap") }));
      expect(result.counts).toEqual({ train: 24, validation: 18, test: 15, classes: 3 });
      free(subject);
    });

    const { validation: _, ...without } = datasets;
    it.each<[string, object, object, string]>([
      ["no validation images", without, {}, "EVALUATION__VALIDATION_MISSING"],
      ["a class that no validation image shows", { ...datasets, validation: { ...validation, truth: validation.truth.map((x, i) => (i % 3 === 1 ? 0 : x)) } }, {}, "EVALUATION__EMPTY_CLASS"],
      ["another order of classes for the last training", datasets, { trainAndValidation: { ...train, classNames: ["blue", "red", "green"] } }, "CORE__INVALID_ARGUMENT"],
      ["no learning rate", datasets, { learningRates: [] }, "CORE__INVALID_ARGUMENT"],
    ])("refuses %s, before any step", async (_what, parts, more, code) => {
      const subject = network();
      let steps = 0;
      const asked = { ...options, ...more, onProgress: () => void steps++ };
      const error = await multiLabelFineTuneSearchEvaluator(subject, parts as typeof datasets, asked).catch((e) => e);
      expect(error.code).toBe(`SIMCLR_ERROR__${code}`);
      expect(steps).toBe(0);
      free(subject);
    }); // biome-ignore format: a table
  });

  describe("trainClassifier for several classes", () => {
    /** Gradient descent in double precision, batch by batch, on the pixels. */
    const byHand = async () => {
      const weights = Array.from({ length: 109 }, () => [0, 0, 0]);
      for await (const { images, indices } of batches(train, { batchSize: 8, epochs: 3, key: foldIn(key, "data") })) {
        const gradient = weights.map(() => [0, 0, 0]);
        indices.forEach((index, row) => {
          const x = [...Array.from(images.subarray(row * 108, (row + 1) * 108), (value) => value / 255), 1];
          const known = [0, 1, 2].filter((c) => train.truth[3 * index + c] !== -1);
          for (const c of known) {
            const z = x.reduce((sum, value, j) => sum + value * (weights[j]?.[c] as number), 0);
            const error = 1 / (1 + Math.exp(-z)) - (train.truth[3 * index + c] as number);
            gradient.forEach((own, j) => {
              own[c] = (own[c] as number) + (error * (x[j] as number)) / known.length / 8;
            });
          }
        });
        weights.forEach((own, j) => {
          for (const c of [0, 1, 2]) own[c] = (own[c] as number) - 0.1 * (gradient[j]?.[c] as number);
        });
      }
      return weights.flat();
    };

    it("is logistic regressions written out, over the batches of @simclr/data", async () => {
      const head = initSupervisedHead(108, 3);
      const { learned } = await trainClassifier({
        ...{ task: multiLabelTask, classifier: frozenClassifier(rawPixels, [6, 6, 3]), view: view([]), key },
        ...{ variables: { params: head, state: {} }, dataset: train, batchSize: 8, epochs: 3, compile: eager },
        ...{ optimizer: sgd({ learningRate: 0.1 }), communicator: oneProcess },
      });
      const weights = await byHand();
      expectClose(learned.params["supervisedHead/kernel"] as tf.Tensor, weights.slice(0, -3));
      expectClose(learned.params["supervisedHead/bias"] as tf.Tensor, weights.slice(-3));
      disposeTree([head, learned.params]);
    });

    it("on two replicas is the step of one on all images, however many classes are known of each", async () => {
      const { images: pixels } = await train.read([0, 1, 2, 3, 4, 5, 6, 7]);
      tf.tidy(() => {
        const classifier = frozenClassifier(rawPixels, [6, 6, 3]);
        const params = initSupervisedHead(108, 3, key);
        const optimizer = sgd({ learningRate: 0.5 });
        const own = { params, state: {}, optimizerState: optimizer.init(params), step: tf.scalar(0, "int32") };
        const images = tf.tensor4d(pixels, [8, 6, 6, 3], "int32");
        const labels = tf.tensor2d(Int32Array.from(train.truth.subarray(0, 24)), [8, 3], "int32");
        const run = (communicator: Communicator) => {
          const share = 8 / communicator.size;
          const start = communicator.rank * share;
          const step = classificationStep({ classifier, task: multiLabelTask, view: view([]), optimizer, communicator }); // biome-ignore format: one line
          const part = [tf.slice(images, start, share), tf.slice(labels, start, share)] as const;
          return step(own, { params: {}, state: {} }, ...part, [], []);
        };
        const alone = run(oneProcess);
        for (const replica of emulateReplicas(2, run)) {
          const same = new Map(flattenTree(replica));
          for (const [path, tensor] of flattenTree(alone)) {
            expectClose(same.get(path) as tf.Tensor, tensor, { absolute: 1e-6, relative: 1e-5 });
          }
        }
      });
    });
  });
});

describe("multiLabelTask", () => {
  it("has the truth of the images that were read, those in place of others too, and of two parts in one", async () => {
    // Asked for 5, 2 and 6, which could not be decoded.
    const batch = await train.read([5, 2, 7]);
    const row = (index: number) => [...train.truth.subarray(3 * index, 3 * index + 3)];
    expect([...multiLabelTask.labelsOf(train, batch)]).toEqual([...row(5), ...row(2), ...row(7)]);
    const both = multiLabelTask.joined(train, test);
    const read = await both.read([25, 3]);
    expect([...multiLabelTask.labelsOf(both, read)]).toEqual([...test.truth.subarray(3, 6), ...row(3)]);
  });
});
