import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { after } from "./after.js";

it("after runs at once on a backend that records nothing", () => {
  expect(after(tf.scalar(1), () => 3)).toBe(3);
});

it("after leaves the order to the backend where it knows one", () => {
  const backend = tf.backend();
  const asked: tf.Tensor[] = [];
  Object.assign(backend, {
    after: (tensor: tf.Tensor, fn: () => unknown) => {
      asked.push(tensor);
      return fn();
    },
  });
  const tensor = tf.scalar(1);
  expect(after(tensor, () => 4)).toBe(4);
  Reflect.deleteProperty(backend, "after");
  expect(asked).toEqual([tensor]);
});
