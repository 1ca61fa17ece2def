import { readFileSync } from "node:fs";
import { view } from "@simclr/augmentations";
import { type Compile, disposeTree, eager, foldIn, oneProcess, type Parameters, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { arrayDataset, batches } from "@simclr/data";
import { sgd } from "@simclr/optimizers";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { classScores } from "./class-scores.js";
import { distillationTask } from "./distillation-task.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-network.js";
import { frozenClassifier } from "./frozen-classifier.js";
import { supervisedView, testView } from "./image-views.js";
import { rawPixels } from "./index.js";
import { networkClassifier } from "./network-classifier.js";
import { partlyLabelled } from "./partly-labelled.js";
import { singleLabelTask } from "./single-label-task.js";
import { initSupervisedHead } from "./supervised-head.js";
import { teacherOf, teacherVariables } from "./teacher.js";
import { type ClassifierTraining, trainClassifier } from "./train-classifier.js";
import { recipeOptimizer } from "./training-recipe.js";

// PyTorch's fine-tuning of the tiny network: steps, losses, what was learned, and the test images' scores.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/fine-tuning.json", import.meta.url), "utf8"));
const { steps, learningRate, classCount } = fixture;
type Saved = Record<string, { values: number[]; shape: number[] }>;
const restore = (saved: Saved): Parameters =>
  Object.fromEntries(Object.entries(saved).map(([path, { values, shape }]) => [path, tf.tensor(values, shape)]));
const dataset = (images: number[], labels: number[]) =>
  arrayDataset({ images: Uint8Array.from(images), shape: [labels.length, 6, 6, 3], labels });
const train = dataset(fixture.train, fixture.trainLabels);
const test = dataset(fixture.test, fixture.testLabels);
const bytes = (tree: Parameters) => Object.entries(tree).map(([path, t]) => [path, [...t.dataSync()]]);

const common = { task: singleLabelTask, view: view([]), communicator: oneProcess, key: randomKey(3) };

type Golden = (typeof fixture.cases)[number];
const cases: [-1 | 0 | 1 | 4, number, Golden][] = fixture.cases.map((c: Golden) => [c.afterBlock, c.fromHeadLayer, c]);

describeEachBackend((backendName) => {
  const compilers: [string, Compile][] = [["eager", eager]];
  if (backendName === "tensorflow") compilers.push(["compiled", compile]);

  describe.each(compilers)("trainClassifier, %s", (_, compiler) => {
    it.each(cases)(
      "fine-tunes after block %i from head layer %i as PyTorch, to every number, and freezes the rest to the bit",
      async (afterBlock, fromHeadLayer, golden) => {
        const encoder = {
          backbone: tinyBackbone(),
          head: tinyHead(),
          params: restore(fixture.params),
          state: restore(fixture.state),
        };
        const before = [bytes(encoder.params), bytes(encoder.state)];
        const classifier = networkClassifier(encoder, { afterBlock, fromHeadLayer }, [6, 6, 3]);
        const head = initSupervisedHead(classifier.featureSize, classCount);
        const variables = { params: { ...encoder.params, ...head }, state: encoder.state };
        const recipe = {
          epochs: steps,
          batchSize: train.length,
          learningRate,
          weightDecay: golden.weightDecay,
          warmupEpochs: 0,
          optimizer: "nesterov",
        } as const;
        const learned = Object.fromEntries(
          Object.keys(golden.learned).map((path) => [path, variables.params[path] as tf.Tensor]),
        );
        const optimizer = recipeOptimizer(recipe, train.length, learned);
        const result = await trainClassifier({
          ...common,
          ...recipe,
          classifier,
          variables,
          dataset: train,
          optimizer,
          compile: compiler,
        });

        const tolerance = { absolute: 2e-5, relative: 2e-5 };
        expect(Object.keys(result.learned.params).sort()).toEqual(Object.keys(golden.learned).sort());
        for (const [path, values] of Object.entries(golden.learned)) {
          expectClose(result.learned.params[path] as tf.Tensor, values as number[], tolerance);
        }
        expect(Object.keys(result.learned.state)).toEqual(expect.arrayContaining(Object.keys(golden.statistics)));
        for (const [path, values] of Object.entries(golden.statistics)) {
          expectClose(result.learned.state[path] as tf.Tensor, values as number[], tolerance);
        }
        expectClose([result.trainLoss], [golden.losses.at(-1)], tolerance);
        const merged = {
          params: { ...variables.params, ...result.learned.params },
          state: { ...variables.state, ...result.learned.state },
        };
        // In batches of 4 the last is filled up.
        const { scores, labels } = await classScores({
          task: singleLabelTask,
          classifier,
          variables: merged,
          classCount,
          dataset: test,
          view: testView([6, 6]),
          batchSize: 4,
          compile: compiler,
        });
        expectClose(scores, golden.scores, { absolute: 1e-4, relative: 1e-4 });
        expect([...labels]).toEqual(fixture.testLabels);
        expect([bytes(encoder.params), bytes(encoder.state)]).toEqual(before);
        disposeTree([encoder.params, encoder.state, head, result.learned.params, result.learned.state]);
      },
    );
  });

  describe.each(compilers)("trainClassifier with a teacher, %s", (_, compiler) => {
    it.each<[number, number, (typeof fixture.distilled)[number]]>(
      fixture.distilled.map((golden: (typeof fixture.distilled)[number]) => [
        golden.temperature,
        golden.distillationWeight,
        golden,
      ]),
    )(
      "distils at temperature %d and weight %d as PyTorch, to every number, and the teacher stays as it is",
      async (temperature, distillationWeight, golden) => {
        const encoder = { backbone: tinyBackbone(), params: restore(fixture.params), state: restore(fixture.state) };
        const classifier = networkClassifier(encoder, { afterBlock: -1, fromHeadLayer: 0 }, [6, 6, 3]);
        const head = initSupervisedHead(classifier.featureSize, classCount);
        const like = { ...encoder.params, ...encoder.state, ...head };
        const tuned = (values: Record<string, number[]>): Parameters =>
          Object.fromEntries(Object.entries(values).map(([path, own]) => [path, tf.tensor(own, like[path]?.shape)]));
        const [known, statistics] = [tuned(fixture.cases[0].learned), tuned(fixture.cases[0].statistics)];
        const taught = teacherVariables({
          params: { ...encoder.params, ...known },
          state: { ...encoder.state, ...statistics },
        });
        const before = [bytes(taught.params), bytes(taught.state)];
        const recipe = { epochs: steps, batchSize: train.length, learningRate, weightDecay: 0, warmupEpochs: 0, optimizer: "nesterov" } as const; // biome-ignore format: one line
        const labels = new Map<number, number>(
          golden.known.map((image: number) => [image, fixture.trainLabels[image]]),
        );
        const result = await trainClassifier({
          ...common,
          ...recipe,
          task: distillationTask({ temperature, distillationWeight }),
          classifier,
          teacher: teacherOf(classifier),
          variables: {
            params: { ...encoder.params, ...head, ...taught.params },
            state: { ...encoder.state, ...taught.state },
          },
          dataset: partlyLabelled(train, labels),
          optimizer: recipeOptimizer(recipe, train.length, encoder.params),
          compile: compiler,
        });
        const tolerance = { absolute: 2e-5, relative: 2e-5 };
        const learned = { ...result.learned.params, ...result.learned.state };
        const expected = { ...golden.learned, ...golden.statistics };
        expect(Object.keys(learned).sort()).toEqual(Object.keys(expected).sort());
        for (const [path, values] of Object.entries(expected)) {
          expectClose(learned[path] as tf.Tensor, values as number[], tolerance);
        }
        expectClose([result.trainLoss], [golden.losses.at(-1)], tolerance);
        expect(result).not.toHaveProperty("trainTop1");
        expect([bytes(taught.params), bytes(taught.state)]).toEqual(before);
        disposeTree([encoder.params, encoder.state, head, known, statistics, learned]);
      },
    );
  });

  describe("trainClassifier in batches", () => {
    const classifier = () => frozenClassifier(rawPixels, [6, 6, 3]);
    const options = (head: Parameters): ClassifierTraining => ({
      ...common,
      classifier: classifier(),
      variables: { params: head, state: {} },
      dataset: train,
      batchSize: 4,
      epochs: 3,
      optimizer: sgd({ learningRate: 0.1 }),
      compile: eager,
    });
    /** Softmax regression on the pixels in double precision, batch by batch. */
    const byHand = async () => {
      const weights = Array.from({ length: 108 }, () => [0, 0, 0]);
      const bias = [0, 0, 0];
      for await (const batch of batches(train, { batchSize: 4, epochs: 3, key: foldIn(common.key, "data") })) {
        const rows = Array.from({ length: 4 }, (_, i) =>
          Array.from(batch.images.subarray(i * 108, (i + 1) * 108), (x) => x / 255),
        );
        const errors = rows.map((row, i) => {
          const logits = bias.map((b, c) => row.reduce((sum, x, j) => sum + x * (weights[j]?.[c] as number), b));
          const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
          return logits.map((x, c) => (Math.exp(x) / total - (batch.labels?.[i] === c ? 1 : 0)) / 4);
        });
        errors.forEach((error, i) => {
          error.forEach((e, c) => {
            bias[c] = (bias[c] as number) - 0.1 * e;
            rows[i]?.forEach((x, j) => {
              const own = weights[j] as number[];
              own[c] = (own[c] as number) - 0.1 * e * x;
            });
          });
        });
      }
      return { weights: weights.flat(), bias };
    };

    it("is softmax regression written out, over the batches of @simclr/data", async () => {
      const head = initSupervisedHead(108, classCount);
      const { learned } = await trainClassifier(options(head));
      const { weights, bias } = await byHand();
      expectClose(learned.params["supervisedHead/kernel"] as tf.Tensor, weights);
      expectClose(learned.params["supervisedHead/bias"] as tf.Tensor, bias);
      disposeTree([head, learned.params]);
    });

    it("depends on the key alone, and takes one step a turn of the event loop", async () => {
      const run = async (seed: number) => {
        const head = initSupervisedHead(108, classCount);
        const done: number[] = [];
        const more = {
          view: supervisedView([6, 6]),
          key: randomKey(seed),
          onProgress: (step: number) => done.push(step),
        };
        const { learned } = await trainClassifier({ ...options(head), ...more });
        const values = bytes(learned.params);
        disposeTree([head, learned.params]);
        expect(done).toEqual([1, 2, 3, 4, 5, 6]);
        return values;
      };
      const [first, again, other] = [await run(1), await run(1), await run(2)];
      expect(again).toEqual(first);
      expect(other).not.toEqual(first);
    });

    it("leaves no tensor behind: at the end, at the signal, when it diverges, when a dataset or a callback throws", async () => {
      const head = initSupervisedHead(108, classCount);
      const controller = new AbortController();
      const stop = (step: number) => step === 2 && controller.abort(new Error("enough"));
      const broken = { ...train, read: () => Promise.reject(new Error("disk gone")) };
      const throwing = () => {
        throw new Error("callback");
      };
      const before = tf.memory().numTensors;
      const { learned } = await trainClassifier(options(head));
      disposeTree([learned.params, learned.state]);
      expect(tf.memory().numTensors).toBe(before);
      const cases: [Partial<ClassifierTraining>, string | object][] = [
        [{ onProgress: stop, signal: controller.signal }, "enough"],
        [{ signal: controller.signal }, "enough"],
        [{ dataset: broken }, "disk gone"],
        [{ onProgress: throwing }, "callback"],
        [{ optimizer: sgd({ learningRate: 1e39 }) }, "SIMCLR_ERROR__EVALUATION__DIVERGED"],
      ];
      for (const [wrong, message] of cases) {
        await expect(trainClassifier({ ...options(head), ...wrong })).rejects.toThrow(message);
        expect([message, tf.memory().numTensors]).toEqual([message, before]);
      }
      disposeTree(head);
    });
  });
});
