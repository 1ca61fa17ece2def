import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type BatchNormOptions, batchNorm } from "./batch-norm.js";
import { normal } from "./random.js";
import { randomKey } from "./random-key.js";
import { emulateReplicas, expectClose, expectGradient, expectNoLeak } from "./testing.js";

const draw = <T extends tf.Tensor>(seed: number, shape: number[]): T =>
  tf.tensor(Float32Array.from(normal(randomKey(seed), tf.util.sizeFromShape(shape))), shape) as T;

const fresh = (channels: number) => ({
  mean: tf.zeros<tf.Rank.R1>([channels]),
  variance: tf.ones<tf.Rank.R1>([channels]),
});

// One channel holds 1, 2, 3, 6: mean 3, variance 14 / 4 = 3.5, or 14 / 3 by n - 1. The other is constant.
const x = tf.tensor2d([1, 5, 2, 5, 3, 5, 6, 5], [4, 2]);
const scale = tf.tensor1d([2, 3]);
const offset = tf.tensor1d([10, 20]);

describe("batchNorm", () => {
  it("normalizes by the batch in training", () => {
    const { output } = batchNorm(x, fresh(2), { training: true, scale, offset });
    const y = (value: number) => 10 + (2 * (value - 3)) / Math.sqrt(3.5 + 1e-5);
    expectClose(output, [y(1), 20, y(2), 20, y(3), 20, y(6), 20]);
  });

  it("follows the batch by its decay, with either variance", () => {
    const running = { mean: tf.tensor1d([1, 1]), variance: tf.tensor1d([2, 2]) };
    const statistics = (options: Partial<BatchNormOptions>) =>
      batchNorm(x, running, { training: true, ...options }).statistics;
    expectClose(statistics({}).mean, [0.9 + 0.3, 0.9 + 0.5]);
    expectClose(statistics({}).variance, [1.8 + 0.35, 1.8]);
    expectClose(statistics({ decay: 0.5, runningVariance: "unbiased" }).variance, [1 + 7 / 3, 1]);
  });

  it("normalizes by the running statistics otherwise, and gives them back as they are", () => {
    const running = { mean: tf.tensor1d([1, 2]), variance: tf.tensor1d([4, 9]) };
    const { output, statistics } = batchNorm(x, running, { training: false, epsilon: 0 });
    expectClose(output, [0, 1, 0.5, 1, 1, 1, 2.5, 1]);
    expect(statistics).toBe(running);
  });

  it("takes images as it takes vectors: all axes but the last", () => {
    const images = draw<tf.Tensor4D>(1, [2, 3, 2, 4]);
    const rows = tf.reshape(images, [12, 4]);
    const options = { training: true, scale: draw<tf.Tensor1D>(2, [4]) };
    const [ofImages, ofRows] = [batchNorm(images, fresh(4), options), batchNorm(rows, fresh(4), options)];
    expectClose(ofImages.output, ofRows.output);
    expectClose(ofImages.statistics.variance, ofRows.statistics.variance);
  });

  it.each([[[6, 3]], [[2, 2, 2, 3]]])("gradients of shape %j are those of finite differences", (shape) => {
    const weights = draw(4, shape);
    for (const training of [true, false])
      expectGradient(
        (input, s, o) => {
          const options = { training, scale: s as tf.Tensor1D, offset: o as tf.Tensor1D };
          return tf.mean(tf.mul(batchNorm(input, fresh(3), options).output, weights));
        },
        [draw(1, shape), draw(2, [3]), draw(3, [3])],
      );
  });

  it.each([1, 2, 4])("%i replicas compute what one computes on their joint batch", (replicas) => {
    const rows = 8;
    const images = tf.mul(draw<tf.Tensor2D>(1, [rows, 3]), tf.tensor1d([1, 5, 0.2])) as tf.Tensor2D;
    const weights = draw<tf.Tensor2D>(4, [rows, 3]);
    const [s, o] = [draw<tf.Tensor1D>(2, [3]), draw<tf.Tensor1D>(3, [3])];
    const run = (part: tf.Tensor2D, weight: tf.Tensor2D, communicator?: BatchNormOptions["communicator"]) => {
      const norm = (input: tf.Tensor, own: tf.Tensor, shift: tf.Tensor) =>
        batchNorm(input, fresh(3), {
          training: true,
          runningVariance: "unbiased",
          scale: own as tf.Tensor1D,
          offset: shift as tf.Tensor1D,
          ...(communicator && { communicator }),
        });
      const loss = (...inputs: tf.Tensor[]) => {
        const [input, own, shift] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
        return tf.mean(tf.mul(norm(input, own, shift).output, weight)) as tf.Scalar;
      };
      const [ofInput, ofScale, ofOffset] = tf.grads(loss)([part, s, o]) as [tf.Tensor2D, tf.Tensor, tf.Tensor];
      const { output, statistics } = norm(part, s, o);
      const shared = communicator ? communicator.allReduceMean([ofScale, ofOffset]) : [ofScale, ofOffset];
      return { output, ofInput, shared, statistics: [statistics.mean, statistics.variance] };
    };
    const whole = run(images, weights);
    const size = rows / replicas;
    const parts = emulateReplicas(replicas, (communicator) => {
      const from = communicator.rank * size;
      return run(tf.slice(images, [from, 0], [size, 3]), tf.slice(weights, [from, 0], [size, 3]), communicator);
    });
    expectClose(tf.concat(parts.map((part) => part.output)), whole.output, { absolute: 1e-5 });
    // Each replica's loss is the mean over its own rows, and the step averages over replicas.
    expectClose(tf.div(tf.concat(parts.map((part) => part.ofInput)), replicas), whole.ofInput, { absolute: 1e-5 });
    for (const part of parts)
      for (const name of ["shared", "statistics"] as const)
        part[name].forEach((tensor, i) => {
          expectClose(tensor, whole[name][i] as tf.Tensor, { absolute: 1e-5 });
        });
  });

  it("leaves no tensors behind", () => {
    const running = fresh(2);
    expectNoLeak(() => {
      const { output, statistics } = batchNorm(x, running, { training: true, scale });
      return [output, statistics.mean, statistics.variance];
    });
    expectNoLeak(() => batchNorm(x, running, { training: false, scale }).output);
  });

  it("refuses a scale or statistic of another size", () => {
    expect(() => batchNorm(x, fresh(1), { training: true })).toThrow("expected mean of shape [2]; received [1]");
    expect(() => batchNorm(x, fresh(2), { training: true, scale: tf.ones([1]) })).toThrow(
      "expected scale of shape [2]",
    );
  });
});
