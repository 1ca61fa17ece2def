import { parameterTensors, simclrView, type View } from "@simclr/augmentations";
import { resnet } from "@simclr/backbones";
import {
  type Backbone,
  below,
  disposeTree,
  eager,
  flattenTree,
  type Parameters,
  randomKey,
  type TensorTree,
} from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { nonlinearHead } from "@simclr/heads";
import { ntXent } from "@simclr/losses";
import { adam, constantSchedule, type GradientTransformation, lars, sgd } from "@simclr/optimizers";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { noise, scaledView as scaled, tinyView } from "./fixtures/tiny-data.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import { simclrStep } from "./simclr-step.js";
import type { TrainState } from "./train-state.js";

const key = randomKey(11);
const count = 6;
const size = 8;

const imageTensor = () => tf.tensor4d(noise(count, size), [count, size, size, 3], "int32");

function sampled(of: View, seed: number): TensorTree {
  return parameterTensors(of.sample(randomKey(seed), { batchSize: count, imageSize: [size, size] }));
}

const base = { backbone: tinyBackbone(), head: tinyHead() };

describeEachBackend(() => {
  it("decreases the loss of one batch", () => {
    const views = [tinyView(size), tinyView(size)] as const;
    const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
    const head = nonlinearHead({ inputSize: backbone.featureSize, hiddenSize: 8, outputSize: 8 });
    const step = simclrStep({ backbone, head, views, optimizer: adam({ learningRate: 0.01 }), temperature: 0.5 });
    const train = eager(step.step);
    const images = imageTensor();
    const parameters = [sampled(views[0], 1), sampled(views[1], 2)] as const;
    let state = step.init(key);
    const losses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const next = train(state, images, ...parameters);
      losses.push(next.metrics.loss?.dataSync()[0] as number);
      disposeTree([state, next.metrics]);
      state = next.state;
    }
    // All alike embeddings give ln(2N - 1), where an untrained network stands.
    expect(losses[0]).toBeLessThan(Math.log(2 * count - 1) + 1);
    expect(losses.at(-1) as number).toBeLessThan((losses[0] as number) - 0.3);
    expect(state.step.dataSync()[0]).toBe(8);
    disposeTree([state, images, ...parameters]);
  });

  it("takes the gradient that tf.grads gives of the parts composed by hand", () => {
    const views = [scaled(1), scaled(0.5)] as const;
    const temperature = 0.3;
    const lossScale = 2;
    const step = simclrStep({ ...base, views, temperature, lossScale, optimizer: sgd({ learningRate: 1 }) });
    const state = step.init(key);
    const images = imageTensor();
    const result = step.step(state, images, sampled(views[0], 1), sampled(views[1], 1));

    const pixels = tf.div(tf.cast(images, "float32"), 255);
    const batch = tf.concat([pixels, tf.mul(pixels, 0.5)]) as tf.Tensor4D;
    const paths = Object.keys(state.params);
    const composed = (...values: tf.Tensor[]) => {
      const params = Object.fromEntries(paths.map((path, i) => [path, values[i] as tf.Tensor]));
      const stats = below("backbone", state.batchStats);
      const seen = base.backbone.apply(below("backbone", params), stats, batch, { training: true });
      const features = seen.outputs.features as tf.Tensor;
      const { outputs } = base.head.apply(below("head", params), {}, features, { training: true });
      const projections = outputs.projection as tf.Tensor2D;
      const a = tf.slice(projections, [0, 0], [count, -1]) as tf.Tensor2D;
      const b = tf.slice(projections, [count, 0], [count, -1]) as tf.Tensor2D;
      return tf.mul<tf.Scalar>(ntXent(a, b, { temperature }), lossScale);
    };
    const gradients = tf.grads(composed)(Object.values(state.params));
    let squares = 0;
    paths.forEach((path, i) => {
      const old = state.params[path] as tf.Tensor;
      const gradient = gradients[i] as tf.Tensor;
      // With learning rate 1 the parameter moves by the gradient.
      expectClose(tf.sub(old, result.state.params[path] as tf.Tensor), gradient, { absolute: 2e-6 });
      for (const value of gradient.dataSync()) squares += value * value;
    });
    expect(squares).toBeGreaterThan(1e-4);
    expectClose(result.metrics.gradientNorm as tf.Tensor, [Math.sqrt(squares)]);
    expectClose(result.metrics.loss as tf.Tensor, composed(...Object.values(state.params)));
  });

  it("puts all of view A before all of view B, and pairs the rows of one image", () => {
    const views = [scaled(1), scaled(0)] as const;
    // Features are the image's mean: row i of A is that of image i, and those of B are 0.
    const mean: Backbone = {
      ...tinyBackbone(),
      spec: { kind: "mean" },
      featureSize: 1,
      init: () => ({ params: { gain: tf.ones([1]) }, state: {} }),
      apply: (params, state, images) => ({
        outputs: { features: tf.mul(tf.reshape(tf.mean(images, [1, 2, 3]), [-1, 1]), params.gain as tf.Tensor) },
        state,
      }),
    };
    let seen: [number[], number[]] | undefined;
    const loss = (a: tf.Tensor2D, b: tf.Tensor2D) => {
      seen = [[...a.dataSync()], [...b.dataSync()]];
      return tf.sum<tf.Scalar>(a);
    };
    const head = { ...tinyHead(1, 1), init: () => ({ params: { kernel: tf.ones([1, 1]) }, state: {} }) };
    const step = simclrStep({
      backbone: mean,
      head,
      views,
      loss,
      metrics: () => ({}),
      optimizer: sgd({ learningRate: 0 }),
    });
    const images = imageTensor();
    step.step(step.init(key), images, sampled(views[0], 1), sampled(views[1], 1));
    const bytes = noise(count, size);
    const perImage = bytes.length / count;
    const means = Array.from({ length: count }, (_, i) => {
      const own = bytes.subarray(i * perImage, (i + 1) * perImage);
      return own.reduce((sum, value) => sum + value, 0) / perImage / 255;
    });
    expectClose(seen?.[0] as number[], means);
    expectClose(seen?.[1] as number[], new Array(count).fill(0));
  });

  it("takes batch norm's statistics over both views together", () => {
    const views = [scaled(1), scaled(0.25)] as const;
    const step = simclrStep({ ...base, views, optimizer: sgd({ learningRate: 0.1 }) });
    const state = step.init(key);
    const images = imageTensor();
    const result = step.step(state, images, sampled(views[0], 1), sampled(views[1], 1));
    const pixels = tf.div(tf.cast(images, "float32"), 255) as tf.Tensor4D;
    const convolved = (x: tf.Tensor4D) => {
      const { params, batchStats } = state;
      const { outputs } = base.backbone.apply(below("backbone", params), below("backbone", batchStats), x, {
        training: true,
      });
      return outputs.convolved as tf.Tensor4D;
    };
    // The running mean begins at 0 and keeps nine tenths, the running variance at 1.
    const both = convolved(tf.concat([pixels, tf.mul(pixels, 0.25)]) as tf.Tensor4D);
    const { mean, variance } = tf.moments(both, [0, 1, 2]);
    expectClose(result.state.batchStats["backbone/norm/mean"] as tf.Tensor, tf.mul(mean, 0.1), { absolute: 1e-5 });
    expectClose(result.state.batchStats["backbone/norm/variance"] as tf.Tensor, tf.add(0.9, tf.mul(variance, 0.1)));
    // Over each view alone the variances would average to less: the means of the views lie apart.
    const alone = tf.moments(convolved(pixels), [0, 1, 2]).variance;
    const scaledAlone = tf.moments(convolved(tf.mul(pixels, 0.25)), [0, 1, 2]).variance;
    const averaged = tf.sum(tf.div(tf.add(alone, scaledAlone), 2)).dataSync()[0] as number;
    expect(tf.sum(variance).dataSync()[0] as number).toBeGreaterThan(averaged * 1.05);
  });

  it("reports the schedule's rate of this step, and hands the optimizer the number of steps made", () => {
    const views = [scaled(1), scaled(1)] as const;
    const schedule = (step: tf.Scalar) => tf.mul<tf.Scalar>(tf.add(step, 1), 0.25);
    const steps: number[] = [];
    const inner = sgd({ learningRate: 0 });
    const optimizer: GradientTransformation<ReturnType<typeof inner.init>> = {
      ...inner,
      update: (gradients, state, params, step) => {
        steps.push(step.dataSync()[0] as number);
        return inner.update(gradients, state, params, step);
      },
    };
    const { init, step } = simclrStep({ ...base, views, optimizer, schedule });
    const train = eager(step);
    const images = imageTensor();
    const first = train(init(key), images, sampled(views[0], 1), sampled(views[1], 1));
    const second = train(first.state, images, sampled(views[0], 1), sampled(views[1], 1));
    expect(steps).toEqual([0, 1]);
    expectClose(first.metrics.learningRate as tf.Tensor, [0.25]);
    expectClose(second.metrics.learningRate as tf.Tensor, [0.5]);
  });

  it("averages gradients and metrics through the communicator", () => {
    const views = [scaled(1), scaled(0.5)] as const;
    const reduced: string[] = [];
    // As if the other replica's tensors were all zero: a mean is half of ours.
    const communicator = {
      rank: 0,
      size: 1,
      allGather: <T extends tf.Tensor>(tensor: T) => tensor,
      allReduceMean: <Tree extends TensorTree>(tree: Tree): Tree => {
        reduced.push(...flattenTree(tree).map(([path]) => path));
        return Object.fromEntries(flattenTree(tree).map(([path, tensor]) => [path, tf.mul(tensor, 0.5)])) as Tree;
      },
    };
    const optimizer = sgd({ learningRate: 1 });
    // Batch norm has no part in this: the head alone, on features that are the images' pixels.
    const pixels: Backbone = {
      ...tinyBackbone(),
      featureSize: size * size * 3,
      init: () => ({ params: { gain: tf.ones([size * size * 3]) }, state: {} }),
      apply: (params, state, images) => ({
        outputs: { features: tf.mul(tf.reshape(images, [-1, size * size * 3]), params.gain as tf.Tensor) },
        state,
      }),
    };
    const parts = { backbone: pixels, head: tinyHead(size * size * 3), views, optimizer };
    const loss = (a: tf.Tensor2D, b: tf.Tensor2D) => tf.mean<tf.Scalar>(tf.square(tf.sub(a, b)));
    const alone = simclrStep({ ...parts, loss });
    const state = alone.init(key);
    const inputs = [imageTensor(), sampled(views[0], 1), sampled(views[1], 1)] as const;
    const own = alone.step(state, ...inputs);
    const together = simclrStep({ ...parts, loss, communicator }).step(state, ...inputs);
    const moved = (next: TrainState, path: string) =>
      tf.sub(state.params[path] as tf.Tensor, next.params[path] as tf.Tensor);
    for (const path of Object.keys(state.params)) {
      expectClose(moved(together.state, path), tf.mul(moved(own.state, path), 0.5));
    }
    expectClose(together.metrics.loss as tf.Tensor, tf.mul(own.metrics.loss as tf.Tensor, 0.5));
    expect(reduced).toContain("backbone/gain");
    expect(reduced).toContain("loss");
  });

  it("gives equal keys equal states and losses to the bit, and other keys others", () => {
    const views = [tinyView(size), tinyView(size)] as const;
    const step = simclrStep({ ...base, views, optimizer: lars({ learningRate: 1 }) });
    const run = (seed: number) => {
      const images = imageTensor();
      const { state, metrics } = step.step(
        step.init(randomKey(seed)),
        images,
        sampled(views[0], 1),
        sampled(views[1], 2),
      );
      return flattenTree({ state, metrics }).map(([path, tensor]) => [path, [...tensor.dataSync()]]);
    };
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it("leaves nothing behind, and borrows its arguments", () => {
    const views = [simclrView({ imageSize: size }), simclrView({ imageSize: size })] as const;
    const schedule = constantSchedule(0.1);
    const step = simclrStep({ ...base, views, optimizer: lars({ learningRate: schedule }), schedule });
    const state = step.init(key);
    const images = imageTensor();
    const inputs = [images, sampled(views[0], 1), sampled(views[1], 2)] as const;
    expectNoLeak(() => eager(step.step)(state, ...inputs));
    const direct = tf.memory().numTensors;
    disposeTree(step.step(state, ...inputs));
    expect(tf.memory().numTensors).toBe(direct);
    disposeTree([state, ...inputs]);
  });

  it("names the parameters that the loss does not depend on", () => {
    const views = [scaled(1), scaled(1)] as const;
    const backbone = tinyBackbone();
    const unused: Backbone = {
      ...backbone,
      init: (initKey) => {
        const { params, state } = backbone.init(initKey);
        return { params: { ...params, "forgotten/kernel": tf.ones([2]) } as Parameters, state };
      },
    };
    const step = simclrStep({ ...base, backbone: unused, views, optimizer: sgd({ learningRate: 1 }) });
    expect(() => step.step(step.init(key), imageTensor(), sampled(views[0], 1), sampled(views[1], 1))).toThrow(
      /SIMCLR_ERROR__TRAINING__NO_GRADIENT.*backbone\/forgotten\/kernel/,
    );
  });

  it("refuses what cannot be right", () => {
    const views = [scaled(1), scaled(1)] as const;
    const optimizer = sgd({ learningRate: 1 });
    expect(() => simclrStep({ ...base, head: tinyHead(9), views, optimizer })).toThrow(
      /inputSize: backbone.featureSize/,
    );
    expect(() => simclrStep({ ...base, views, optimizer, lossScale: 0 })).toThrow(/lossScale/);
    const step = simclrStep({ ...base, views, optimizer });
    const run = (images: tf.Tensor) =>
      step.step(step.init(key), images as tf.Tensor4D, sampled(views[0], 1), sampled(views[1], 1));
    expect(() => run(tf.zeros([count, size, size, 3]))).toThrow(/int32/);
    expect(() => run(tf.zeros([size, size, 3], "int32"))).toThrow(/SHAPE_MISMATCH/);
    const nameless: Backbone = { ...tinyBackbone(), apply: (_, state, x) => ({ outputs: { pooled: x }, state }) };
    const misnamed = simclrStep({ ...base, backbone: nameless, views, optimizer });
    expect(() => misnamed.step(misnamed.init(key), imageTensor(), sampled(views[0], 1), sampled(views[1], 1))).toThrow(
      /OUTPUT_MISSING.*pooled/,
    );
  });
});
