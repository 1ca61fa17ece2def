import { eager, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { predictorHead } from "@simclr/heads";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { byolStep } from "./byol-step.js";
import { cosineMomentumSchedule } from "./cosine-momentum-schedule.js";
import { describeMethod, numbersOf, optimizer, tiny, tinyInputs } from "./fixtures/describe-method.js";
import { momentum as constant, expectTrajectory, methodParts, predictor } from "./fixtures/methods.js";
import type { NetworkVariables } from "./network.js";
import type { TrainState } from "./train-state.js";

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
    tf.tidy(() => {
      const target = ({ objectiveState }: TrainState) => (objectiveState as { target: NetworkVariables }).target.params;
      const run = (momentum: number) => {
        const step = byolStep({ ...tiny, optimizer: optimizer(0.1), momentum, predictor: predict() });
        const state = step.init(randomKey(3));
        const own = numbersOf(state.params).filter(([path]) => !path.startsWith("predictor"));
        expect(numbersOf(target(state))).toEqual(own);
        return { before: state, after: step.step(state, ...tinyInputs()).state };
      };
      const still = run(1);
      expect(numbersOf(target(still.after))).toEqual(numbersOf(target(still.before)));
      const { before, after } = run(0.75);
      for (const [path, old] of Object.entries(target(before))) {
        const trained = after.params[path] as tf.Tensor;
        expectClose(target(after)[path] as tf.Tensor, tf.add(tf.mul(old, 0.75), tf.mul(trained, 0.25)));
        expect(tf.max(tf.abs(tf.sub(trained, old))).dataSync()[0]).toBeGreaterThan(1e-4);
      }
    });
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
