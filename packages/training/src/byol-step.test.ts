import { eager, randomKey } from "@simclr/core";
import { predictorHead } from "@simclr/heads";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { byolStep } from "./byol-step.js";
import { cosineMomentumSchedule } from "./cosine-momentum-schedule.js";
import { describeMethod, optimizer, tiny, tinyInputs } from "./fixtures/describe-method.js";
import { expectTargetFollows } from "./fixtures/expect-target-follows.js";
import { momentum as constant, expectTrajectory, methodParts, predictor } from "./fixtures/methods.js";

const predict = () => predictorHead({ inputSize: 4, hiddenSize: 3 });
const schedule = cosineMomentumSchedule({ totalSteps: 20 });

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  describeMethod("byolStep", (parts) => byolStep({ ...parts, predictor: predict(), momentum: schedule }), {
    compile,
    remembered: /^objectiveState\/target\/(params|batchStats)\/(backbone|head)\/.*$/,
    rememberedCount: 6,
  });

  it("takes the steps of PyTorch and lightly, its target network too", () => {
    const parts = { ...methodParts("byol"), predictor: predictor(), momentum: constant };
    tf.tidy(() => expectTrajectory("byol", byolStep(parts)));
  });

  it("moves its target by the momentum alone, without a gradient", () => {
    expectTargetFollows((momentum) => byolStep({ ...tiny, optimizer: optimizer(0.1), momentum, predictor: predict() }));
  });

  it("asks its schedule for the momentum of this step", () => {
    tf.tidy(() => {
      const asked: number[] = [];
      const momentum = (step: tf.Scalar) => {
        asked.push(step.dataSync()[0] as number);
        return schedule(step);
      };
      const { init, step } = byolStep({ ...tiny, optimizer: optimizer(0.1), predictor: predict(), momentum });
      const first = step(init(randomKey(3)), ...tinyInputs());
      step(first.state, ...tinyInputs());
      expect(asked).toEqual([0, 1]);
    });
  });

  it("refuses what does not fit", () => {
    const parts = { ...tiny, optimizer: optimizer(0.1) };
    const wide = predictorHead({ inputSize: 4, outputSize: 5, hiddenSize: 3 });
    expect(() => byolStep({ ...parts, predictor: wide, momentum: 0.9 })).toThrow(/INVALID_ARGUMENT.*predictor.*4 to 4/);
    expect(() => byolStep({ ...parts, predictor: predict(), momentum: 2 })).toThrow(/INVALID_ARGUMENT.*momentum/);
  });
});
