import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { provision } from "../provisioning/provision.js";
import { releaseLibraryPages } from "./release-library-pages.js";

const residentBytes = (path: string) => {
  const ranges = readFileSync("/proc/self/smaps", "utf8").split(/^(?=[0-9a-f]+-)/m);
  const resident = ranges.filter((range) => range.split("\n")[0]?.endsWith(path));
  return resident.reduce((sum, range) => sum + Number(/^Rss: +(\d+)/m.exec(range)?.[1]) * 1024, 0);
};

it.runIf(process.platform === "linux")("gives a library's pages back, and TensorFlow computes as before", async () => {
  const { kind } = await useTensorFlow();
  const { libraries } = await provision({ kind });
  const product = () => [...tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 1])).dataSync())];
  expect(product()).toEqual([3, 3]);
  const before = residentBytes("libtensorflow_cc.so.2");
  releaseLibraryPages(Object.values(libraries));
  const after = residentBytes("libtensorflow_cc.so.2");
  expect(after).toBeLessThan(before);
  expect(product()).toEqual([3, 3]);
});
