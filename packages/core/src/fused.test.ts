import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { canFuse, fused } from "./fused.js";
import { expectClose, expectNoLeak } from "./testing.js";

it("fused is a tidy on a backend that makes no programs", () => {
  const x = tf.tensor1d([1, 2]);
  expect(canFuse()).toBe(false);
  expectNoLeak(() => fused(() => tf.add(tf.square(x), 1)));
  expectClose(fused(() => tf.add(tf.square(x), 1)), [2, 5]); // biome-ignore format: one line
});

it("fused asks the backend where it can make programs", () => {
  const asked: string[] = [];
  const withPrograms = (can: boolean) => ({
    canFuse: () => can,
    fused: (fn: () => tf.Tensor) => {
      asked.push(String(can));
      return fn();
    },
  });
  const backend = tf.backend();
  for (const can of [true, false]) {
    Object.assign(backend, withPrograms(can));
    expectClose(fused(() => tf.scalar(3)), [3]); // biome-ignore format: one line
    expect(canFuse()).toBe(can);
  }
  for (const name of ["canFuse", "fused"]) Reflect.deleteProperty(backend, name);
  expect(asked).toEqual(["true"]);
});
