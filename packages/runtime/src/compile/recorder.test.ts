import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { currentBackend, type TensorFlowBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { DataType } from "../binding/data-types.js";
import { GraphRecorder } from "./recorder.js";

beforeAll(async () => {
  await useTensorFlow();
});

describe("the graph", () => {
  it("holds a large uniform array as two numbers and a Fill, any other as it is", () => {
    const { binding } = currentBackend() as TensorFlowBackend;
    const nodesFor = (values: Float32Array) => {
      const recorder = new GraphRecorder(binding, { functionName: "test", precision: "float32", xla: false });
      const id = recorder.createTensor([values.length], DataType.float32, values);
      const node = recorder.nodeOf(id);
      expect(recorder.nodeOf(id)).toBe(node);
      expect(recorder.graph.shapeOf(node)).toEqual([values.length]);
      const next = recorder.graph.nextName;
      recorder.graph.delete();
      binding.deleteTensor(id);
      return next;
    };
    expect(nodesFor(new Float32Array(100_000).fill(0.5))).toBe("n3");
    expect(nodesFor(Float32Array.from({ length: 1000 }, (_, i) => i))).toBe("n1");
    expect(nodesFor(new Float32Array(8))).toBe("n1");
    expect(tf.getBackend()).toBe("tensorflow");
  });
});
