import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { currentBackend, type TensorFlowBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { reserveMemory } from "./reserve-memory.js";

it.runIf(process.platform === "linux")("takes a region of twice as much, once, and for much alone", async () => {
  await useTensorFlow({ device: "cpu" });
  const { native } = (currentBackend() as TensorFlowBackend).binding;
  const sizes: number[] = [];
  const api = {
    ...native.api,
    TF_AllocateTensor: ((...args: Parameters<typeof native.api.TF_AllocateTensor>) => {
      sizes.push(args[3]);
      return native.api.TF_AllocateTensor(...args);
    }) as typeof native.api.TF_AllocateTensor,
  };
  for (const mebibytes of [10, 200, 150, 100]) reserveMemory({ ...native, api, gpu: undefined }, mebibytes * 2 ** 20);
  expect(sizes).toEqual([512 * 2 ** 20]);
  expect([...tf.tidy(() => tf.add(tf.ones([2]), 1).dataSync())]).toEqual([2, 2]);
});
