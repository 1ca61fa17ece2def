import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { lossAndGradients } from "./loss-and-gradients.js";
import { expectClose, expectNoLeak } from "./testing.js";

describe("lossAndGradients", () => {
  const run = () =>
    tf.tidy(() => {
      const params = { a: tf.tensor1d([1, -2]), b: tf.scalar(3), unused: tf.scalar(4) };
      // a . a * b^2: gradients 2 a b^2 and 2 b (a . a).
      const result = lossAndGradients(params, () => {
        const squares = tf.sum(tf.square(params.a));
        return { loss: tf.mul<tf.Scalar>(squares, tf.square(params.b)), auxiliary: { inside: [squares] } };
      });
      return { ...result, missing: tf.scalar(result.missing.join() === "unused" ? 1 : 0) };
    });

  it("gives the loss, the gradients it has, the names of those it has not, and what the forward pass made", () => {
    const { value, gradients, missing, auxiliary } = run();
    expectClose(value, [45]);
    expectClose(gradients.a as tf.Tensor, [18, -36]);
    expectClose(gradients.b as tf.Tensor, [30]);
    expect(Object.keys(gradients)).toEqual(["a", "b"]);
    expectClose(missing, [1]);
    expectClose(auxiliary.inside[0] as tf.Tensor, [5]);
    tf.dispose({ value, gradients, missing, auxiliary });
  });

  it("leaves nothing behind", () => {
    expectNoLeak(() => run());
  });
});
