import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { checkpointed, normal, randomKey } from "./index.js";
import { expectClose, expectNoLeak } from "./testing.js";

const draws = (seed: number, shape: number[]) =>
  tf.tensor(Float32Array.from(normal(randomKey(seed), tf.util.sizeFromShape(shape))), shape);

let calls = 0;

/** A block with activations within, and a result on the side. */
const block = (x: tf.Tensor, weight: tf.Tensor) => {
  calls += 1;
  const inner = tf.sin(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D));
  return { output: tf.tanh(tf.mul(inner, tf.exp(inner))) as tf.Tensor, auxiliary: { mean: tf.mean(inner, 0) } };
};
const recomputed = (x: tf.Tensor, weight: tf.Tensor) =>
  checkpointed({ x, weight }, (given) => block(given.x as tf.Tensor, given.weight as tf.Tensor));

/** Gradients of three blocks in a row, and what lives between the forward and the backward pass. */
function train(apply: typeof block, x: tf.Tensor, weights: readonly tf.Tensor[]) {
  calls = 0;
  let keptBytes = 0;
  const before = tf.memory().numBytes;
  const gradients = tf.grads((first: tf.Tensor, ...rest: tf.Tensor[]) => {
    const output = tf.tidy(() => rest.reduce((input, weight) => apply(input, weight).output, first));
    keptBytes = tf.memory().numBytes - before;
    return tf.sum(tf.mul(output, output));
  })([x, ...weights]);
  return { gradients, keptBytes, calls };
}

const setUp = () => ({ x: draws(0, [50, 4]), weights: [1, 2, 3].map((seed) => draws(seed, [4, 4])) });
const numbers = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => [...tensor.dataSync()]);

it("gives the results and, to the bit, the gradients of the function itself", () => {
  tf.tidy(() => {
    const { x, weights } = setUp();
    const results = [block, recomputed].map((apply) => apply(x, weights[0] as tf.Tensor));
    const [expected, actual] = results.map(({ output, auxiliary }) => numbers([output, auxiliary.mean]));
    expect(actual).toEqual(expected);
    const [plain, again] = [block, recomputed].map((apply) => numbers(train(apply, x, weights).gradients));
    expect(again).toEqual(plain);
    expect(Math.max(...(again as number[][]).flat())).toBeGreaterThan(1);
  });
});

it("keeps the inputs alone for the backward pass, and runs the function once more there", () => {
  tf.tidy(() => {
    const { x, weights } = setUp();
    const [plain, again] = [train(block, x, weights), train(recomputed, x, weights)];
    expect([plain.calls, again.calls]).toEqual([3, 6]);
    // Of each block its input (by a clone) and its weight; of the chain its output.
    expect(again.keptBytes).toBe(4 * (3 * (200 + 16) + 200));
    expect(plain.keptBytes).toBeGreaterThan(4 * (3 * 4 * 200));
  });
});

it("gives an input without influence a gradient of zeros, and takes scalars", () => {
  tf.tidy(() => {
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      checkpointed({ a, b }, (given) => ({ output: tf.square(given.a as tf.Tensor), auxiliary: {} })).output;
    const [da, db] = tf.grads(f)([tf.scalar(3), tf.tensor1d([1, 2])]);
    expectClose(da as tf.Tensor, [6]);
    expectClose(db as tf.Tensor, [0, 0]);
  });
});

it("leaves nothing behind and frees none of its inputs", () => {
  const { x, weights } = setUp();
  expectNoLeak(() => {
    const { output, auxiliary } = recomputed(x, weights[0] as tf.Tensor);
    return [output, auxiliary.mean];
  });
  expectNoLeak(() => tf.tidy(() => train(recomputed, x, weights).gradients));
  expect([x, ...weights].some((tensor) => tensor.isDisposed)).toBe(false);
  tf.dispose([x, weights]);
});
