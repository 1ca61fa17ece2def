import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";

/** The backends of {@link describeEachBackend}: ours, and TensorFlow.js's own in plain JavaScript. */
export type TestedBackend = "tensorflow" | "cpu";

/**
 * Describes the same tests once on TensorFlow and once on TensorFlow.js's cpu backend, with all gradients registered.
 * Needs vitest and @tensorflow/tfjs-backend-cpu.
 */
export function describeEachBackend(body: (backendName: TestedBackend) => void): void {
  describe.each(["tensorflow", "cpu"] as const)("on backend %s", (backendName) => {
    beforeAll(async () => {
      await useTensorFlow(); // brings the gradients, too
      if (backendName === "cpu") await import("@tensorflow/tfjs-backend-cpu");
      await tf.setBackend(backendName);
      if (backendName === "cpu") Object.assign(tf.backend(), { firstUse: false }); // it would advise to install tfjs-node
    });
    body(backendName);
  });
}
