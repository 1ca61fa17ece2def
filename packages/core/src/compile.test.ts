import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { oneProcess } from "./communicator.js";
import { eager } from "./compile.js";
import { emulateReplicas, expectClose, expectNoLeak } from "./testing.js";

it("runs the function in a tidy: only the result is left", async () => {
  const x = tf.tensor1d([1, 2]);
  const polynomial = eager((t: tf.Tensor) => ({ square: tf.square(t), more: [tf.add(tf.square(t), 1)] }));
  expectNoLeak(() => polynomial(x));
  const { square, more } = await polynomial.async(x);
  expectClose(square, [1, 4]);
  expectClose(more[0] as tf.Tensor, [2, 5]);
  expect(x.isDisposed).toBe(false);
});

it("clones an argument that it returns: freeing the one keeps the other", () => {
  const x = tf.scalar(3);
  const result = eager((t: tf.Tensor) => ({ same: t }))(x);
  x.dispose();
  expectClose(result.same, [3]);
});

it("the communicator of one process is the identity", () => {
  const x = tf.scalar(1);
  expect([oneProcess.allReduceMean(x), oneProcess.allGather(x), oneProcess.rank, oneProcess.size]).toEqual([
    x,
    x,
    0,
    1,
  ]);
});

it("emulated replicas exchange what the others really computed, also when it depends on an earlier exchange", () => {
  const results = emulateReplicas(3, ({ rank, allReduceMean, allGather }) => {
    const mean = allReduceMean(tf.scalar(rank)); // 1
    const own = tf.reshape(tf.add(mean, 10 * rank), [1]);
    const gradientOfOwn = tf.grad((t: tf.Tensor) => tf.sum(tf.mul(allGather(t), rank + 1)))(own);
    return { all: allGather(own), gradientOfOwn };
  });
  for (const { all, gradientOfOwn } of results) {
    expectClose(all, [1, 11, 21]);
    expectClose(gradientOfOwn, [1 + 2 + 3]);
  }
});
