import { randomKey } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { negativeQueue } from "./negative-queue.js";

describeEachBackend(() => {
  const key = randomKey(4);

  it("begins with random directions, the same for the same key", () => {
    tf.tidy(() => {
      const { init } = negativeQueue({ size: 400, featureSize: 3 });
      const rows = init(key);
      expectClose(tf.norm(rows, 2, 1), new Array(400).fill(1));
      expect([...rows.dataSync()]).toEqual([...init(key).dataSync()]);
      expect([...rows.dataSync()]).not.toEqual([...init(randomKey(5)).dataSync()]);
      // Of directions all alike, a coordinate's mean is 0 and its variance 1/3.
      const { mean, variance } = tf.moments(rows, 0);
      expectClose(mean, [0, 0, 0], { absolute: 0.1 });
      expectClose(variance, [1 / 3, 1 / 3, 1 / 3], { absolute: 0.06 });
    });
  });

  it.each([1, 2, 3, 5])("holds what a ring with a pointer holds, in batches of %i", (batch) => {
    tf.tidy(() => {
      const size = 5;
      const { init, enqueue } = negativeQueue({ size, featureSize: 2 });
      let queue = init(key);
      const ring = (queue.arraySync() as number[][]).reverse().map((row) => row.join());
      let pointer = 0;
      for (let step = 0; step < 7; step++) {
        const keys = Array.from({ length: batch }, (_, i) => [step, i]);
        queue = enqueue(queue, tf.tensor2d(keys));
        // The queue's first row is the newest; a ring is filled by its last.
        for (const row of [...keys].reverse()) {
          ring[pointer] = row.join();
          pointer = (pointer + 1) % size;
        }
        const held = (queue.arraySync() as number[][]).map((row) => row.join());
        expect([...held].sort()).toEqual([...ring].sort());
        expect(held.slice(0, batch)).toEqual(keys.map((row) => row.join()));
      }
    });
  });

  it("leaves its arguments alone and nothing behind", () => {
    const { init, enqueue } = negativeQueue({ size: 3, featureSize: 2 });
    expectNoLeak(() => init(key));
    const [queue, keys] = [init(key), tf.ones([3, 2]) as tf.Tensor2D];
    expectNoLeak(() => enqueue(queue, keys));
    expect(queue.isDisposed || keys.isDisposed).toBe(false);
    tf.dispose([queue, keys]);
  });

  it("refuses what does not fit", () => {
    const { init, enqueue } = negativeQueue({ size: 3, featureSize: 2 });
    expect(() => negativeQueue({ size: 0, featureSize: 2 })).toThrow(/INVALID_ARGUMENT.*size/);
    expect(() => negativeQueue({ size: 2, featureSize: 1.5 })).toThrow(/INVALID_ARGUMENT.*featureSize/);
    expect(() => enqueue(init(key), tf.ones([4, 2]))).toThrow(/INVALID_ARGUMENT.*at most 3/);
    expect(() => enqueue(init(key), tf.ones([2, 3]))).toThrow(/SHAPE_MISMATCH.*keys/);
    expect(() => enqueue(tf.ones([4, 2]), tf.ones([2, 2]))).toThrow(/SHAPE_MISMATCH.*queue/);
  });
});
