import { readFileSync } from "node:fs";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  constantSchedule,
  cosineSchedule,
  epochsToSteps,
  joinSchedules,
  linearScaling,
  linearSchedule,
  piecewiseSchedule,
  polynomialSchedule,
  type Schedule,
  squareRootScaling,
  stepSchedule,
  warmupCosineSchedule,
} from "./index.js";

// The reference's recipes and its learning rates by step, google-research/simclr@383d414 model_util.py.
const cifar = { epochs: 1000, warmupEpochs: 10, exampleCount: 50000, batchSize: 512 };
const imageNet = { epochs: 100, warmupEpochs: 10, exampleCount: 1281167, batchSize: 4096 };

const fixture = JSON.parse(readFileSync(new URL("./fixtures/schedules.json", import.meta.url), "utf8"));
const [start, end, totalSteps] = [0.7, 0.1, 23];

// By the fixture's name: the schedule that has these learning rates.
const peers: Record<string, Schedule> = {
  "optax.linear": linearSchedule({ start, end, totalSteps }),
  "optax.cosine": cosineSchedule({ start, end, totalSteps }),
  "optax.polynomial": polynomialSchedule({ start, end, power: 2.5, totalSteps }),
  "optax.piecewise": piecewiseSchedule({ start, factors: { 9: 0.1, 20: 0.5 } }),
  "optax.step": stepSchedule({ start, factor: 0.3, everySteps: 7 }),
  "optax.join": joinSchedules(
    [
      linearSchedule({ start: 0, end: start, totalSteps: 5 }),
      cosineSchedule({ start, totalSteps: 12 }),
      constantSchedule(0.01),
    ],
    [5, 20],
  ),
  "torch.cosine": cosineSchedule({ start, end, totalSteps: 40 }),
  "torch.polynomial": polynomialSchedule({ start, end: 0, power: 2.5, totalSteps }),
  "torch.piecewise": piecewiseSchedule({ start, factors: { 9: 0.1, 20: 0.1 } }),
  "torch.step": stepSchedule({ start, factor: 0.3, everySteps: 7 }),
};

describe("epochsToSteps", () => {
  it("rounds as the reference", () => {
    expect(epochsToSteps(cifar)).toEqual({ totalSteps: 97657, warmupSteps: 976 });
    expect(epochsToSteps(imageNet)).toEqual({ totalSteps: 31279, warmupSteps: 3127 });
    expect(epochsToSteps({ epochs: 1, warmupEpochs: 0, exampleCount: 100, batchSize: 10 })).toEqual({
      totalSteps: 11,
      warmupSteps: 0,
    });
  });

  it("refuses what is no training run", () => {
    for (const wrong of [{ epochs: 0 }, { batchSize: -1 }, { exampleCount: Number.NaN }, { warmupEpochs: 1001 }]) {
      expect(() => epochsToSteps({ ...cifar, ...wrong })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });
});

describe("scaling", () => {
  it("gives the reference's learning rate at batch 4096 both ways", () => {
    expect(linearScaling(0.3, 4096)).toBeCloseTo(4.8, 12);
    expect(squareRootScaling(0.075, 4096)).toBeCloseTo(4.8, 12);
  });
});

describeEachBackend(() => {
  const at = (schedule: Schedule, step: number, dtype: "float32" | "int32" = "float32") =>
    tf.tidy(() => schedule(tf.scalar(step, dtype)).dataSync()[0] as number);

  describe("warmupCosineSchedule", () => {
    it("has the reference's values for CIFAR-10", () => {
      const schedule = warmupCosineSchedule({ peak: linearScaling(1, 512), ...epochsToSteps(cifar) });
      const steps = [0, 1, 976, 50000, 97657, 100000];
      expectClose(
        steps.map((step) => at(schedule, step)),
        [0, 0.00204918, 2, 0.977791892, 0, 0],
      );
    });

    it("has the reference's values for ImageNet", () => {
      const schedule = warmupCosineSchedule({ peak: squareRootScaling(0.075, 4096), ...epochsToSteps(imageNet) });
      expectClose([at(schedule, 3127), at(schedule, 17000)], [4.8, 2.454363918]);
    });

    it("equals its formula at every step, for integer steps too", () => {
      const [peak, warmupSteps, totalSteps] = [0.7, 5, 23];
      const schedule = warmupCosineSchedule({ peak, warmupSteps, totalSteps });
      for (let step = 0; step < totalSteps; step++) {
        const cosine = (peak / 2) * (1 + Math.cos((Math.PI * (step - warmupSteps)) / (totalSteps - warmupSteps)));
        const expected = step < warmupSteps ? (peak * step) / warmupSteps : cosine;
        expectClose([at(schedule, step), at(schedule, step, "int32")], [expected, expected]);
      }
    });

    it("starts at its peak without a warm-up", () => {
      const schedule = warmupCosineSchedule({ peak: 0.2, warmupSteps: 0, totalSteps: 10 });
      expectClose([at(schedule, 0), at(schedule, 5)], [0.2, 0.1]);
    });

    it("leaves no tensor behind", () => {
      const step = tf.scalar(3);
      expectNoLeak(() => warmupCosineSchedule({ peak: 1, warmupSteps: 5, totalSteps: 9 })(step));
      step.dispose();
    });

    it("refuses a warm-up as long as the run, and half steps", () => {
      const refused = [{ warmupSteps: 10 }, { warmupSteps: 0.5 }, { totalSteps: Number.NaN }, { peak: -1 }];
      for (const wrong of refused) {
        const make = () => warmupCosineSchedule({ peak: 1, warmupSteps: 2, totalSteps: 10, ...wrong });
        expect(make).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
      }
    });
  });

  describe("40 steps equal those of", () => {
    it.each(Object.keys(fixture.schedules))("%s", (name) => {
      const schedule = peers[name] as Schedule;
      for (const dtype of ["float32", "int32"] as const) {
        const rates = fixture.schedules[name].map((_: number, step: number) => at(schedule, step, dtype));
        expectClose(rates, fixture.schedules[name], { absolute: 3e-7, relative: 3e-6 });
      }
    });

    it("each leaves no tensor behind", () => {
      const step = tf.scalar(3);
      for (const schedule of Object.values(peers)) expectNoLeak(() => schedule(step));
      step.dispose();
    });
  });

  it("schedules refuse rates below 0, steps that are not whole, and boundaries that don't fit", () => {
    const constant = constantSchedule(1);
    for (const make of [
      () => linearSchedule({ start: -1, end: 0, totalSteps }),
      () => linearSchedule({ start, end, totalSteps: 0 }),
      () => cosineSchedule({ start, totalSteps: 0.5 }),
      () => cosineSchedule({ start, end: Number.NaN, totalSteps }),
      () => polynomialSchedule({ start, end, totalSteps, power: 0 }),
      () => piecewiseSchedule({ start, factors: { 0.5: 1 } }),
      () => piecewiseSchedule({ start, factors: { 1: -1 } }),
      () => stepSchedule({ start, factor: 0.1, everySteps: 0 }),
      () => joinSchedules([], []),
      () => joinSchedules([constant, constant], []),
      () => joinSchedules([constant, constant, constant], [5, 5]),
    ]) {
      expect(make).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });

  it("constantSchedule is constant", () => {
    expectClose([at(constantSchedule(0.3), 0), at(constantSchedule(0.3), 1e6)], [0.3, 0.3]);
  });
});
