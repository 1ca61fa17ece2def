import { parameterTensors } from "@simclr/augmentations";
import {
  type Backbone,
  below,
  disposeTree,
  eager,
  flattenTree,
  parameter,
  randomKey,
  type TensorTree,
} from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { barlowTwins } from "@simclr/losses";
import { sgd } from "@simclr/optimizers";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { noise, tinyView } from "./fixtures/tiny-data.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import { type SimclrStepOptions, simclrStep } from "./simclr-step.js";

const size = 8;
const count = 12;
const views = [tinyView(size), tinyView(size)] as const;
const inputs = () => {
  const images = tf.tensor4d(noise(count, size), [count, size, size, 3], "int32");
  const sampled = (seed: number): TensorTree =>
    parameterTensors(views[0].sample(randomKey(seed), { batchSize: count, imageSize: [size, size] }));
  return [images, sampled(1), sampled(2)] as const;
};

/** Convolution, tanh, pool: it treats images one by one. */
function withoutNorm(seen: (images: tf.Tensor) => void = () => {}): Backbone {
  return {
    ...tinyBackbone(),
    init: (key) => {
      const { params } = tinyBackbone().init(key);
      return { params: { "conv/kernel": params["conv/kernel"] as tf.Tensor }, state: {} };
    },
    apply: (params, state, images) => {
      const kernel = parameter(params, "conv/kernel") as tf.Tensor4D;
      const convolved = tf.tanh(tf.mul(tf.conv2d(images as tf.Tensor4D, kernel, 1, "same"), 2));
      seen(images);
      return { outputs: { features: tf.mean(tf.square(convolved), [1, 2]) }, state };
    },
  };
}

type Options = Partial<SimclrStepOptions<TensorTree>>;
const stepOf = (options: Options) =>
  simclrStep<TensorTree>({
    backbone: withoutNorm(),
    head: tinyHead(),
    views,
    optimizer: sgd({ learningRate: 1 }) as SimclrStepOptions<TensorTree>["optimizer"],
    temperature: 0.2,
    ...options,
  });

describeEachBackend((backendName) => {
  const labels = () => tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], "int32");
  const run = (options: Options) => {
    const step = stepOf({ linearProbe: { classCount: 3 }, ...options });
    return step.step(step.init(randomKey(3)), ...inputs(), labels());
  };

  it.each([1, 2, 3, 4, 6, 12])("in chunks of %i images gives the step of the whole batch", (microBatchSize) => {
    tf.tidy(() => {
      // With learning rate 1 a parameter moves by its gradient.
      const [whole, chunked] = [run({}), run({ microBatchSize })];
      const found = new Map(flattenTree(chunked));
      expect(found.size).toBe(flattenTree(whole).length);
      for (const [path, tensor] of flattenTree(whole)) {
        expectClose(found.get(path) as tf.Tensor, tensor, { absolute: 3e-6, relative: 1e-5 });
      }
      expect(whole.metrics.gradientNorm?.dataSync()[0]).toBeGreaterThan(0.01);
    });
  });

  it("does so for losses of batch statistics, and each view's own pass", () => {
    tf.tidy(() => {
      const other: Options = { loss: (a, b) => barlowTwins(a, b), metrics: () => ({}), statistics: "each view" };
      const [whole, chunked] = [run(other), run({ ...other, microBatchSize: 3 })];
      const found = new Map(flattenTree(chunked));
      for (const [path, tensor] of flattenTree(whole)) {
        expectClose(found.get(path) as tf.Tensor, tensor, { absolute: 2e-5, relative: 1e-4 });
      }
    });
  });

  it("gives batch norms each chunk's statistics, in turn, and once", () => {
    tf.tidy(() => {
      const backbone = tinyBackbone();
      const chunked = stepOf({ backbone, microBatchSize: 4 });
      const state = chunked.init(randomKey(3));
      const [images, parametersA, parametersB] = inputs();
      const { state: next } = chunked.step(state, images, parametersA, parametersB);
      const pixels = tf.div(tf.cast(images, "float32"), 255) as tf.Tensor4D;
      const [a, b] = [views[0].apply(pixels, parametersA), views[1].apply(pixels, parametersB)];
      let mean: tf.Tensor = tf.zeros([8]);
      for (const first of [0, 4, 8]) {
        const chunk = tf.concat([a, b].map((view) => tf.slice(view, [first, 0, 0, 0], [4, -1, -1, -1]))) as tf.Tensor4D;
        const { outputs } = backbone.apply(
          below("backbone", state.params),
          below("backbone", state.batchStats),
          chunk,
          {
            training: true,
          },
        );
        const convolved = outputs.convolved as tf.Tensor;
        mean = tf.add(tf.mul(mean, 0.9), tf.mul(tf.mean(convolved, [0, 1, 2]), 0.1));
      }
      expectClose(next.batchStats["backbone/norm/mean"] as tf.Tensor, mean);
    });
  });

  it("runs the network on chunks alone, and holds the activations of one of them", () => {
    const peak = (options: Options) => {
      const rows: number[] = [];
      let bytes = 0;
      const seen = (images: tf.Tensor) => {
        rows.push(images.shape[0] as number);
        bytes = Math.max(bytes, tf.memory().numBytes);
      };
      const given = inputs();
      const step = stepOf({ ...options, backbone: withoutNorm(seen) });
      const state = step.init(randomKey(3));
      const before = tf.memory().numBytes;
      disposeTree(step.step(state, ...given));
      disposeTree([state, ...given]);
      return { rows, bytes: bytes - before };
    };
    const [whole, chunked] = [peak({}), peak({ microBatchSize: 2 })];
    expect(whole.rows).toEqual([2 * count]);
    // Six chunks of two images in two views, each twice.
    expect(chunked.rows).toEqual(new Array(12).fill(4));
    expect(chunked.bytes).toBeLessThan(whole.bytes / 2);
  });

  it("is the same compiled", () => {
    const step = stepOf({ microBatchSize: 4 });
    const compiled = backendName === "tensorflow" ? compile(step.step) : eager(step.step);
    const [state, given] = [step.init(randomKey(3)), inputs()];
    const [expected, actual] = [eager(step.step)(state, ...given), compiled(state, ...given)];
    const found = new Map(flattenTree(actual));
    for (const [path, tensor] of flattenTree(expected)) {
      expectClose(found.get(path) as tf.Tensor, tensor, { absolute: 1e-5, relative: 1e-4 });
    }
    compiled.dispose();
    expectNoLeak(() => eager(step.step)(state, ...given));
    disposeTree([state, ...given, expected, actual]);
  });

  it("refuses chunks that do not divide the batch", () => {
    const step = stepOf({ microBatchSize: 5 });
    expect(() => step.step(step.init(randomKey(3)), ...inputs())).toThrow(/INVALID_ARGUMENT.*divisor.*12/);
    expect(() => stepOf({ microBatchSize: 0 })).toThrow(/INVALID_ARGUMENT.*microBatchSize/);
    expect(() => stepOf({ statistics: "no view" as never })).toThrow(/INVALID_ARGUMENT.*statistics/);
  });
});
