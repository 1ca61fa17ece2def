import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { cosineMomentumSchedule } from "./cosine-momentum-schedule.js";
import { exponentialMovingAverage } from "./exponential-moving-average.js";
import { momentumSchedule } from "./fixtures/methods.js";

describeEachBackend(() => {
  const average = () => ({ kernel: tf.tensor1d([1, 2]), below: [tf.scalar(-4)] });
  const current = () => ({ kernel: tf.tensor1d([3, -2]), below: [tf.scalar(0)], "of another": tf.scalar(9) });

  it("moves every tensor by its share, and only the paths of the average", () => {
    tf.tidy(() => {
      for (const momentum of [0.75, tf.scalar(0.75)]) {
        const moved = exponentialMovingAverage(average(), current(), momentum);
        expect(Object.keys(moved)).toEqual(["kernel", "below"]);
        expectClose(moved.kernel, [1.5, 1]);
        expectClose(moved.below[0] as tf.Tensor, [-3]);
      }
    });
  });

  it("after many steps is the weighted sum of all that it saw", () => {
    tf.tidy(() => {
      let tree = { x: tf.scalar(5) };
      let expected = 5 * 0.9 ** 10;
      for (let step = 0; step < 10; step++) {
        tree = exponentialMovingAverage(tree, { x: tf.scalar(step) }, 0.9);
        expected += 0.1 * step * 0.9 ** (9 - step);
      }
      expectClose(tree.x, [expected]);
    });
  });

  it("makes new tensors, leaves its arguments alone and nothing behind", () => {
    const [from, to] = [average(), current()];
    expectNoLeak(() => exponentialMovingAverage(from, to, 1));
    expect(from.kernel.isDisposed || to.kernel.isDisposed).toBe(false);
  });

  it("refuses a tree without one of the average's paths", () => {
    expect(() => exponentialMovingAverage(average(), { kernel: tf.ones([2]) }, 0.5)).toThrow(/TREE_MISMATCH.*below\/0/);
  });

  it.each(momentumSchedule)("the momentum of step %i is lightly's", (step, expected) => {
    tf.tidy(() => {
      const schedule = cosineMomentumSchedule({ totalSteps: 100 });
      expectClose(schedule(tf.scalar(step)), [expected], { absolute: 2e-7, relative: 0 });
      expectClose(schedule(tf.scalar(5000)), [1]);
    });
  });

  it("refuses a schedule out of range", () => {
    expect(() => cosineMomentumSchedule({ start: 1.1, totalSteps: 5 })).toThrow(/INVALID_ARGUMENT.*start/);
    expect(() => cosineMomentumSchedule({ totalSteps: 0 })).toThrow(/INVALID_ARGUMENT.*totalSteps/);
  });
});
