import { readFileSync } from "node:fs";
import { cutmix, mixup, parameterTensors, randomMix, view } from "@simclr/augmentations";
import {
  type Communicator,
  type Compile,
  disposeTree,
  eager,
  flattenTree,
  mapTree,
  oneProcess,
  type Parameters,
} from "@simclr/core";
import { emulateReplicas, expectClose } from "@simclr/core/testing";
import { momentum, sgd } from "@simclr/optimizers";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type ClassifierState, classificationStep } from "./classification-step.js";
import { tinyBackbone } from "./fixtures/tiny-network.js";
import { frozenClassifier } from "./frozen-classifier.js";
import { rawPixels } from "./index.js";
import { networkClassifier } from "./network-classifier.js";
import { singleLabelTask } from "./single-label-task.js";
import { initSupervisedHead } from "./supervised-head.js";

// PyTorch's training of the tiny network on torchvision's mixtures: losses, accuracies and what was learned.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/fine-tuning.json", import.meta.url), "utf8"));
const { learningRate, classCount } = fixture;
type Saved = Record<string, { values: number[]; shape: number[] }>;
const restore = (saved: Saved): Parameters =>
  Object.fromEntries(Object.entries(saved).map(([path, { values, shape }]) => [path, tf.tensor(values, shape)]));

describeEachBackend((backendName) => {
  const compilers: [string, Compile][] = [["eager", eager]];
  if (backendName === "tensorflow") compilers.push(["compiled", compile]);

  describe.each(compilers)("classificationStep, %s", (_, compiler) => {
    it("trains on torchvision's mixtures as PyTorch with soft labels, to every number", () => {
      const { mixed } = fixture;
      const encoder = { backbone: tinyBackbone(), params: restore(fixture.params), state: restore(fixture.state) };
      const classifier = networkClassifier(encoder, { afterBlock: -1, fromHeadLayer: 0 }, [6, 6, 3]);
      const head = initSupervisedHead(5, classCount);
      const learns = (path: string) => path.startsWith("backbone/");
      const own = (tree: Parameters) => Object.fromEntries(Object.entries(tree).filter(([path]) => learns(path)));
      const params = { ...own(encoder.params), ...head };
      const optimizer = momentum({ learningRate, momentum: 0.9, nesterov: true });
      const mix = randomMix([mixup(), cutmix()]);
      const options = { classifier, task: singleLabelTask, view: view([]), mix, optimizer, communicator: oneProcess };
      const step = compiler(classificationStep(options), { name: "mixed" });
      tf.tidy(() => {
        const images = tf.tensor4d(fixture.train, [9, 6, 6, 3], "int32");
        const labels = tf.tensor2d(fixture.trainLabels, [9, 1], "int32");
        let state: ClassifierState = {
          params,
          state: own(encoder.state),
          optimizerState: optimizer.init(params),
          step: tf.scalar(0, "int32"),
        };
        // torchvision mixes every image with the one before.
        const partner = [8, 0, 1, 2, 3, 4, 5, 6, 7];
        const nine = (value: number) => partner.map(() => value);
        for (const { lambda, box, loss, accuracy } of mixed.steps) {
          const [x1, y1, x2, y2] = box ?? [0, 0, 0, 0];
          const rectangle = { y: nine(y1), x: nine(x1), height: nine(y2 - y1), width: nine(x2 - x1), partner };
          const parameters = { chosen: nine(box ? 1 : 0), mixes: [{ lambda: nine(lambda ?? 1), partner }, rectangle] };
          const frozen = { params: {}, state: {} };
          const done = step(state, frozen, images, labels, [], parameterTensors(parameters));
          expectClose(done.metrics.loss, [loss], { absolute: 1e-6 });
          expectClose(done.metrics.accuracy as tf.Tensor, [accuracy], { absolute: 1e-6 });
          state = done.state;
        }
        const tolerance = { absolute: 2e-6, relative: 2e-5 };
        for (const [path, values] of Object.entries({ ...mixed.learned, ...mixed.statistics })) {
          expectClose({ ...state.params, ...state.state }[path] as tf.Tensor, values as number[], tolerance);
        }
        expect(Object.keys(state.params).sort()).toEqual(Object.keys(mixed.learned).sort());
      });
      step.dispose();
      disposeTree([encoder.params, encoder.state, head]);
    });
  });

  describe("classificationStep", () => {
    it("on two replicas is the step of one on all images", () => {
      tf.tidy(() => {
        const encoder = { backbone: tinyBackbone(), params: restore(fixture.params), state: restore(fixture.state) };
        const classifier = networkClassifier(encoder, { afterBlock: 0, fromHeadLayer: 0 }, [6, 6, 3]);
        const params = {
          "backbone/group1/conv/kernel": encoder.params["backbone/group1/conv/kernel"] as tf.Tensor,
          "backbone/group1/norm/scale": encoder.params["backbone/group1/norm/scale"] as tf.Tensor,
          ...mapTree(initSupervisedHead(5, classCount), (tensor) =>
            tf.div(tf.reshape(tf.range(0, tensor.size, 1), tensor.shape), 20),
          ),
        };
        const learns = (path: string) => path.startsWith("backbone/group1/");
        const state = Object.fromEntries(Object.entries(encoder.state).filter(([path]) => learns(path)));
        const optimizer = sgd({ learningRate: 0.5 });
        const own = { params, state, optimizerState: optimizer.init(params), step: tf.scalar(0, "int32") };
        const images = tf.tensor4d(fixture.train.slice(0, 8 * 108), [8, 6, 6, 3], "int32");
        const labels = tf.tensor2d(fixture.trainLabels.slice(0, 8), [8, 1], "int32");
        const run = (communicator: Communicator) => {
          const share = 8 / communicator.size;
          const step = classificationStep({
            classifier,
            task: singleLabelTask,
            view: view([]),
            optimizer,
            communicator,
          });
          const start = communicator.rank * share;
          const part = [tf.slice(images, start, share), tf.slice(labels, start, share)] as const;
          return step(own, encoder, part[0] as tf.Tensor4D, part[1] as tf.Tensor2D, [], []);
        };
        const alone = run(oneProcess);
        for (const replica of emulateReplicas(2, run)) {
          for (const [path, tensor] of flattenTree(alone)) {
            const same = new Map(flattenTree(replica)).get(path) as tf.Tensor;
            expectClose(same, tensor, { absolute: 2e-6, relative: 2e-5 });
          }
        }
      });
    });

    it("names the parameters that the loss does not depend on", () => {
      tf.tidy(() => {
        const head = initSupervisedHead(108, classCount);
        const params = { ...head, "backbone/forgotten": tf.ones([2]) };
        const optimizer = sgd({ learningRate: 1 });
        const classifier = { ...frozenClassifier(rawPixels, [6, 6, 3]), trains: () => true };
        const step = classificationStep({
          classifier,
          task: singleLabelTask,
          view: view([]),
          optimizer,
          communicator: oneProcess,
        });
        const own = { params, state: {}, optimizerState: optimizer.init(params), step: tf.scalar(0, "int32") };
        const images = tf.zeros<tf.Rank.R4>([2, 6, 6, 3], "int32");
        expect(() =>
          step(own, { params: {}, state: {} }, images, tf.tensor2d([[0], [1]], [2, 1], "int32"), [], []),
        ).toThrow(/SIMCLR_ERROR__EVALUATION__NO_GRADIENT.*backbone\/forgotten/);
      });
    });
  });
});
