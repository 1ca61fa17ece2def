import { isSimclrError } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { currentBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "./compile.js";

beforeAll(async () => {
  await useTensorFlow();
});

function errorOf(fn: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor = tf.tensor1d([1, 0, 2])): unknown {
  try {
    compile(fn, { name: "step", xla: true })(x);
  } catch (error) {
    return error;
  }
  throw new Error("no error was thrown");
}

describe("a function that cannot be recorded", () => {
  it("is told which value it read, and where", () => {
    const error = errorOf((x) => tf.mul(x, tf.relu(x).dataSync()[0] as number));
    if (!isSimclrError(error, "SIMCLR_ERROR__RUNTIME__READ_WHILE_RECORDING")) throw error;
    expect(error.context).toMatchObject({ function: "step", operation: "Relu" });
    expect(error.context.calledAt).toMatch(/errors\.test\.ts:\d+:\d+$/);
    expect(error.message).toContain("Return the tensor and read it outside");
  });

  it("is told so for an argument, too", () => {
    expect(errorOf((x) => tf.scalar(x.dataSync()[0] as number))).toMatchObject({
      context: { operation: "an argument" },
    });
  });

  it("is told so when it reads asynchronously", async () => {
    let read: Promise<unknown> | undefined;
    compile((x: tf.Tensor) => {
      const y = tf.neg(x);
      read = y.data();
      return y;
    })(tf.scalar(1));
    await expect(read).rejects.toThrow("READ_WHILE_RECORDING");
  });

  it("is told which shape depends on values, and where", () => {
    const error = errorOf((x) => tf.unique(x as tf.Tensor1D).values);
    if (!isSimclrError(error, "SIMCLR_ERROR__RUNTIME__SHAPE_UNKNOWN_WHILE_RECORDING")) throw error;
    expect(error.context).toMatchObject({ function: "step", operation: "UniqueV2" });
    expect(error.context.calledAt).toMatch(/errors\.test\.ts:\d+:\d+$/);
    expect(error.message).toContain("[?]");
  });

  it("is told which operation TensorFlow does not have", () => {
    const error = errorOf((x) => currentBackend()?.executeSingleOutput("NoSuchOperation", [], [x]) as tf.Tensor);
    if (!isSimclrError(error, "SIMCLR_ERROR__RUNTIME__OPERATION_UNSUPPORTED")) throw error;
    expect(error.context).toMatchObject({ function: "step", operation: "NoSuchOperation" });
  });

  it("is told which operation XLA cannot compile, and where", () => {
    const image = tf.zeros<tf.Rank.R4>([1, 4, 4, 1]);
    const unsupported = errorOf((x) => tf.image.cropAndResize(x as tf.Tensor4D, [[0, 0, 1, 1]], [0], [2, 2]), image);
    if (!isSimclrError(unsupported, "SIMCLR_ERROR__RUNTIME__OPERATION_UNSUPPORTED")) throw unsupported;
    expect(unsupported.context).toMatchObject({ function: "step", operation: "CropAndResize" });
    expect(unsupported.context.calledAt).toMatch(/errors\.test\.ts:\d+:\d+$/);
  });

  it("is told where shapes do not fit", () => {
    const error = errorOf((x) => currentBackend()?.executeSingleOutput("MatMul", [], [x, x]) as tf.Tensor);
    if (!isSimclrError(error, "SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED")) throw error;
    expect(error.message).toMatch(/MatMul.*errors\.test\.ts:\d+:\d+/);
  });

  it("works the next time when it is mended", () => {
    let read = true;
    const compiled = compile((x: tf.Tensor) => {
      if (read) x.dataSync();
      return tf.neg(x);
    });
    expect(() => compiled(tf.scalar(1))).toThrow("READ_WHILE_RECORDING");
    read = false;
    expect(compiled(tf.scalar(1)).dataSync()[0]).toBe(-1);
    compiled.dispose();
  });
});

describe("a tensor that leaves the recording", () => {
  it("cannot be used, and says why", () => {
    let leaked: tf.Tensor | undefined;
    const compiled = compile((x: tf.Tensor) => {
      leaked = tf.keep(tf.neg(x));
      return tf.add(leaked, 1);
    });
    compiled(tf.scalar(1));
    expect(() => tf.neg(leaked as tf.Tensor)).toThrow("SIMCLR_ERROR__RUNTIME__RECORDED_TENSOR_ESCAPED");
    expect(() => leaked?.dataSync()).toThrow("the result of Neg");
    compiled.dispose();
    leaked?.dispose();
  });
});
