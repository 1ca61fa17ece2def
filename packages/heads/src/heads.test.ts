import { countParameters, disposeTree, type Head, isSimclrError, type Parameters, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { headFromSpec, linearHead, type NonlinearHeadOptions, noHead, nonlinearHead, predictorHead } from "./index.js";

describeEachBackend(() => {
  it("allocates as many parameters as google-research/simclr", () => {
    tf.tidy(() => {
      const count = (head: Head) => countParameters(head.init(randomKey(0)).params);
      expect(count(nonlinearHead({ inputSize: 512, layers: 2 }))).toBe(328_832);
      expect(count(linearHead({ inputSize: 512 }))).toBe(512 * 128 + 128);
      expect(count(noHead({ inputSize: 512 }))).toBe(0);
    });
  });

  it("starts dense kernels from N(0, 0.01^2)", () => {
    tf.tidy(() => {
      const kernel = linearHead({ inputSize: 400, outputSize: 100 }).init(randomKey(3)).params["dense1/kernel"];
      const { mean, variance } = tf.moments(kernel as tf.Tensor);
      expectClose(mean, [0], { absolute: 2e-4 });
      expectClose(tf.sqrt(variance), [0.01], { relative: 0.02 });
    });
  });

  it("computes relu(BN(h W1)) W2 and a last norm without offset", () => {
    tf.tidy(() => {
      const head = nonlinearHead({ inputSize: 2, hiddenSize: 2, outputSize: 1, layers: 2 });
      const params = {
        "dense1/kernel": tf.tensor2d([1, 0, 0, 2], [2, 2]),
        "norm1/scale": tf.tensor1d([1, 2]),
        "norm1/offset": tf.tensor1d([0.5, -1]),
        "dense2/kernel": tf.tensor2d([1, 1], [2, 1]),
        "norm2/scale": tf.tensor1d([3]),
      };
      const { state, params: started } = head.init(randomKey(0));
      expect(Object.keys(started)).toEqual(Object.keys(params));
      const h = tf.tensor2d([1, 4, 3, 2], [2, 2]);
      const { outputs } = head.apply(params, state, h, { training: true });
      // Columns of h W1: (1, 3) and (8, 4); normalized (-1, 1) and (1, -1); scaled and shifted (-0.5, 1.5) and (1, -3).
      expectClose(outputs.layer1 as tf.Tensor, [0, 1, 1.5, 0], { absolute: 1e-4 });
      // Their sums, 1 and 1.5: one standard deviation of 0.25 below and above the mean, times the scale of 3.
      expectClose(outputs.projection as tf.Tensor, [-3, 3], { absolute: 1e-3 });
      expect(Object.keys(outputs)).toEqual(["layer0", "layer1", "projection"]);
    });
  });

  it("leaves the projection as the dense layer made it when it is not normalized", () => {
    tf.tidy(() => {
      const head = linearHead({ inputSize: 2, outputSize: 1, normalizeProjection: false });
      const params = { "dense1/kernel": tf.tensor2d([2, -1], [2, 1]) };
      const { outputs, state } = head.apply(params, {}, tf.tensor2d([[1, 4]]), { training: true });
      expectClose(outputs.projection as tf.Tensor, [-2]);
      expect(state).toEqual({});
    });
  });

  it("computes relu(h W1 + b1) W2 + b2 without batch norms, as solo-learn's head", () => {
    tf.tidy(() => {
      const head = nonlinearHead({ inputSize: 2, hiddenSize: 2, outputSize: 1, layers: 2, batchNorm: false });
      const params = {
        "dense1/kernel": tf.tensor2d([1, 0, 0, 2], [2, 2]),
        "dense1/bias": tf.tensor1d([-2, 1]),
        "dense2/kernel": tf.tensor2d([1, 1], [2, 1]),
        "dense2/bias": tf.tensor1d([0.5]),
      };
      const { state, params: started } = head.init(randomKey(0));
      expect([Object.keys(started).sort(), state]).toEqual([Object.keys(params).sort(), {}]);
      const { outputs } = head.apply(params, state, tf.tensor2d([1, 4, 3, 2], [2, 2]), { training: true });
      // The hidden rows are (0, 9) and (1, 5).
      expectClose(outputs.projection as tf.Tensor, [9.5, 6.5]);
      const restored = headFromSpec(JSON.parse(JSON.stringify(head.spec)));
      expect(restored.spec).toEqual(head.spec);
      expect(nonlinearHead({ inputSize: 2 }).spec).not.toHaveProperty("batchNorm");
    });
  });

  it("predicts by W2 relu(BN(z W1)) + b, of BYOL's and SimSiam's sizes", () => {
    tf.tidy(() => {
      const head = predictorHead({ inputSize: 2, hiddenSize: 2 });
      const params = {
        "dense1/kernel": tf.tensor2d([1, 0, 0, 2], [2, 2]),
        "norm1/scale": tf.tensor1d([1, 2]),
        "norm1/offset": tf.tensor1d([0.5, -1]),
        "dense2/kernel": tf.tensor2d([1, 2, 1, -1], [2, 2]),
        "dense2/bias": tf.tensor1d([10, 20]),
      };
      const { state, params: started } = head.init(randomKey(0));
      expect(Object.keys(started).sort()).toEqual(Object.keys(params).sort());
      const { outputs } = head.apply(params, state, tf.tensor2d([1, 4, 3, 2], [2, 2]), { training: true });
      // The hidden rows are (0, 1) and (1.5, 0), as above.
      expectClose(outputs.projection as tf.Tensor, [11, 19, 11.5, 23], { absolute: 1e-3 });
      const count = (h: Head) => countParameters(h.init(randomKey(0)).params);
      // Without the bias of the first layer, which its batch norm would take away again.
      expect(count(predictorHead({ inputSize: 256, hiddenSize: 4096 }))).toBe(256 * 4096 * 2 + 2 * 4096 + 256);
      expect(count(predictorHead({ inputSize: 2048, hiddenSize: 512 }))).toBe(2048 * 512 * 2 + 2 * 512 + 2048);
    });
    expect(() => predictorHead({ inputSize: 2, hiddenSize: 0 })).toThrow(/hiddenSize/);
    expect(() => predictorHead({ inputSize: 2, hiddenSize: 2, normalizeProjection: true } as never)).toThrow(
      /normalizeProjection/,
    );
  });

  it("refuses features of another size", () => {
    const wrong = () => noHead({ inputSize: 3 }).apply({}, {}, tf.zeros([2, 4]), { training: false });
    tf.tidy(() => {
      expect(isSimclrError(thrownBy(wrong), "SIMCLR_ERROR__CORE__SHAPE_MISMATCH")).toBe(true);
    });
  });
});

describe("parameter counts of google-research/simclr, without allocating them", () => {
  it.each([
    [512, 592_000, 328_832],
    [2048, 8_659_072, 4_460_672],
    [4096, 34_095_232, 17_309_824],
    [8192, 135_299_200, 68_173_952],
  ])("%i features: %i in 3 layers, %i in 2", (inputSize, three, two) => {
    const count = (options: NonlinearHeadOptions) => {
      const shapes = Object.values(nonlinearHead(options).variableShapes.params);
      return shapes.reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
    };
    expect(count({ inputSize })).toBe(three);
    expect(count({ inputSize, layers: 2 })).toBe(two);
  });
});

it("says the shapes of what init allocates", () => {
  for (const head of [
    noHead({ inputSize: 3 }),
    linearHead({ inputSize: 3, normalizeProjection: false }),
    nonlinearHead({ inputSize: 3, hiddenSize: 5, outputSize: 2, batchNorm: false }),
    nonlinearHead({ inputSize: 3, hiddenSize: 5, outputSize: 2 }),
    predictorHead({ inputSize: 3, hiddenSize: 2 }),
  ]) {
    const made = head.init(randomKey(0));
    const shapes = (parameters: Parameters) =>
      Object.fromEntries(Object.entries(parameters).map(([path, { shape }]) => [path, shape]));
    expect({ params: shapes(made.params), state: shapes(made.state) }).toEqual(head.variableShapes);
    disposeTree([made.params, made.state]);
  }
});

describe("options", () => {
  it.each<[string, object]>([
    ["inputSize", { inputSize: 0 }],
    ["outputSize", { inputSize: 4, outputSize: 1.5 }],
    ["hiddenSize", { inputSize: 4, hiddenSize: -1 }],
    ["layers", { inputSize: 4, layers: 1 }],
    ["normalizeProjection", { inputSize: 4, normalizeProjection: "yes" }],
    ["normalizeProjection", { inputSize: 4, normalizeProjection: true, batchNorm: false }],
    ["batchNorm", { inputSize: 4, batchNorm: 1 }],
    ["batchNormDecay", { inputSize: 4, batchNormDecay: -0.1 }],
    ["outputsize", { inputSize: 4, outputsize: 64 }],
  ])("a wrong %s is refused", (argument, options) => {
    const error = thrownBy(() => nonlinearHead(options as NonlinearHeadOptions));
    expect(isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT") && error.context.argument).toBe(argument);
  });

  it("a kind without a builder is refused, one with a builder of one's own is built", () => {
    const mine = noHead({ inputSize: 7 });
    expect(headFromSpec({ kind: "mine" }, { mine: () => mine })).toBe(mine);
    const error = thrownBy(() => headFromSpec({ kind: "attention" }));
    expect(isSimclrError(error, "SIMCLR_ERROR__HEADS__UNKNOWN_KIND") && error.context).toEqual({
      kind: "attention",
      known: ["none", "linear", "nonlinear", "predictor"],
    });
  });
});

function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}
