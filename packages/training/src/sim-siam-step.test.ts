import { eager, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { predictorHead } from "@simclr/heads";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeMethod, optimizer, tiny, tinyInputs } from "./fixtures/describe-method.js";
import { expectTrajectory, methodParts, predictor } from "./fixtures/methods.js";
import { simSiamStep } from "./sim-siam-step.js";

const predict = () => predictorHead({ inputSize: 4, hiddenSize: 3 });

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  describeMethod("simSiamStep", (parts) => simSiamStep({ ...parts, predictor: predict() }), { compile });

  it("takes the steps of PyTorch and lightly", () => {
    tf.tidy(() => expectTrajectory("simSiam", simSiamStep({ ...methodParts("simSiam"), predictor: predictor() })));
  });

  it("reports how far projections spread: 0 where a head gives all images the same", () => {
    tf.tidy(() => {
      const { head } = tiny;
      const same = (projection: tf.Tensor) => tf.add(tf.mul(projection, 0), tf.tensor1d([1, 2, 3, 4]));
      const collapsed: typeof head = {
        ...head,
        apply: (...given) => {
          const { outputs, state } = head.apply(...given);
          return { outputs: { projection: same(outputs.projection as tf.Tensor) }, state };
        },
      };
      const spreads = [head, collapsed].map((one) => {
        const { init, step } = simSiamStep({ ...tiny, head: one, predictor: predict(), optimizer: optimizer(0.1) });
        return step(init(randomKey(3)), ...tinyInputs()).metrics.projectionDeviation?.dataSync()[0] as number;
      });
      // Four features of a unit vector deviate by at most 1/2 each.
      expect(spreads[0]).toBeGreaterThan(0.01);
      expect(spreads[0]).toBeLessThanOrEqual(0.5);
      expectClose([spreads[1] as number], [0]);
    });
  });

  it("refuses a predictor that does not fit", () => {
    const wide = predictorHead({ inputSize: 5, hiddenSize: 3 });
    const make = () => simSiamStep({ ...tiny, optimizer: optimizer(0.1), predictor: wide });
    expect(make).toThrow(/INVALID_ARGUMENT.*predictor.*4 to 4/);
  });
});
