import { after } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { profile } from "../profile/profile.js";
import { compile } from "./compile.js";

beforeAll(async () => {
  await useTensorFlow();
});

/** A product that needs an argument alone, before a result that comes late. */
const twice = (matrix: tf.Tensor2D, vector: tf.Tensor1D) => {
  const late = tf.matMul<tf.Tensor2D>(tf.matMul<tf.Tensor2D>(matrix, matrix), matrix);
  return tf.add(
    after(late, () => tf.mul(vector, 2)),
    tf.sum(late, 0),
  );
};

describe("after", () => {
  it.each([{ xla: false }, { xla: true }])("changes no value, recorded with %j or not", ({ xla }) => {
    const [matrix, vector] = [tf.mul<tf.Tensor2D>(tf.eye(3), 2), tf.tensor1d([1, 2, 3])];
    const compiled = compile(twice, { xla });
    for (const fn of [compiled, twice]) {
      expectNoLeak(() => tf.tidy(() => fn(matrix, vector)));
      expectClose(fn(matrix, vector), [10, 12, 14]);
    }
    compiled.dispose();
  });

  it("keeps a recording from computing what nothing needs yet", async () => {
    const compiled = compile(twice, { xla: false });
    const { operations } = await profile(() => compiled(tf.randomUniform([512, 512]), tf.ones([512])));
    const products = operations.filter(({ operation }) => /MatMul/.test(operation));
    const [scaled] = operations.filter(({ operation }) => operation === "Mul");
    const end = Math.max(...products.map((one) => one.startMilliseconds + one.milliseconds));
    expect(products).toHaveLength(2);
    expect(scaled?.startMilliseconds).toBeGreaterThanOrEqual(end);
    compiled.dispose();
  });
});
