import type { Parameters } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { expectTrajectory, readTrajectories } from "./fixtures/expect-trajectory.js";
import { applyUpdates, type LarsOptions, lars, linearSchedule, normBiasAndSupervisedHead } from "./index.js";

const fixture = readTrajectories("lars.json");

describeEachBackend(() => {
  // Two steps of lars_optimizer.py, google-research/simclr@383d414.
  const golden: [what: string, options: Partial<LarsOptions>, path: string, w: number[], v?: number[]][] = [
    ["classic", {}, "w/kernel", [2.958173822, -3.991209889, 0.013913839], [0.022571019, -0.015176437, -0.00108989]],
    ["classic nesterov", { nesterov: true }, "w/kernel", [2.937871377, -3.977596152, 0.014917159]],
    ["popular", { variant: "popular" }, "w/kernel", [2.962394496, -3.990997616, 0.011833496]],
    ["excluded", {}, "w/bias", [-0.216, -2.992, 0.864]],
  ];
  it.each(golden)("%s: two steps as the reference's", (_, options, path, w, v) => {
    tf.tidy(() => {
      const excludes = (p: string) => p.endsWith("bias");
      const optimizer = lars({ learningRate: 4.8, weightDecay: 1e-4, excludes, ...options });
      // One tensor that is adapted and one that is excluded, so that the rule matches.
      let params: Parameters = { "w/kernel": tf.tensor1d([3, -4, 0]), "w/bias": tf.tensor1d([3, -4, 0]) };
      let state = optimizer.init(params);
      for (const [step, g] of [
        [0.3, 0.1, -0.2],
        [0.1, -0.4, 0.2],
      ].entries()) {
        // biome-ignore format: two steps
        const gradients = { "w/kernel": tf.tensor1d(g), "w/bias": tf.tensor1d(g) };
        const [updates, next] = optimizer.update(gradients, state, params, tf.scalar(step));
        params = applyUpdates(params, updates);
        state = next;
      }
      expectClose(params[path] as tf.Tensor, w);
      const slot = (state as unknown as Parameters[])[3] as Parameters;
      if (v) expectClose(tf.neg(slot[path] as tf.Tensor), v);
    });
  });

  // Options of the trajectory's optimizer beside momentum 0.9 and weight decay 0.01.
  const pytorch: [name: string, options: Partial<LarsOptions>][] = [
    ["lightly", {}],
    ["lightlyNesterov", { nesterov: true }],
    ["solo", {}],
    ["soloClipped", { trustCoefficient: 0.5, clip: true }],
  ];
  it.each(pytorch)("pytorch: 20 steps as those of %s, at rates that change from 0 on", (name, options) => {
    const learningRate = linearSchedule({ start: 0, end: 4, totalSteps: 20 });
    expectTrajectory(fixture, name, lars({ learningRate, weightDecay: 0.01, variant: "pytorch", ...options }));
  });

  it("clip: no parameter moves faster than at the learning rate, in every variant", () => {
    tf.tidy(() => {
      for (const variant of ["classic", "popular", "pytorch"] as const) {
        const common = { weightDecay: 0, momentum: 0, excludes: "none", variant, clip: true } as const;
        const params = { kernel: tf.tensor1d([3, -4]) };
        const gradients = { kernel: tf.tensor1d([0.6, 0.8]) };
        const moved = (learningRate: number, trustCoefficient: number) => {
          const optimizer = lars({ ...common, learningRate, trustCoefficient });
          return optimizer.update(gradients, optimizer.init(params), params, tf.scalar(0))[0].kernel as tf.Tensor;
        };
        // The trust ratio is 5 times the coefficient; the gradient's norm is 1.
        expectClose(moved(0.1, 1), [-0.06, -0.08]);
        expectClose(moved(0.1, 0.01), [-0.03, -0.04]);
      }
    });
  });

  it("leaves a parameter of zeros, and one without gradient, to the full learning rate", () => {
    tf.tidy(() => {
      const optimizer = lars({ learningRate: 0.5, momentum: 0, weightDecay: 0, excludes: "none" });
      const params = { zeros: tf.zeros([2]), still: tf.ones([2]) };
      const gradients = { zeros: tf.tensor1d([2, -4]), still: tf.zeros([2]) };
      const [updates] = optimizer.update(gradients, optimizer.init(params), params, tf.scalar(0));
      expectClose(updates.zeros as tf.Tensor, [-1, 2]);
      expectClose(updates.still as tf.Tensor, [0, 0]);
    });
  });

  it("adapts kernels and no norm, bias or supervised head, by the default rule", () => {
    const excluded = [
      "backbone/stem/norm/scale",
      "head/dense1/norm/offset",
      "head/bias",
      "supervisedHead/kernel",
      "a/supervisedHead/kernel",
    ];
    const adapted = ["backbone/stem/conv/kernel", "head/dense1/kernel", "scaled/kernel", "unbiased"];
    const one = tf.scalar(1);
    expect(excluded.filter((path) => !normBiasAndSupervisedHead(path, one))).toEqual([]);
    expect(adapted.filter((path) => normBiasAndSupervisedHead(path, one))).toEqual([]);
    one.dispose();
  });

  it("refuses parameters of which none is excluded, before the first step", () => {
    tf.tidy(() => {
      const params = { "norm/gamma": tf.ones([2]), "conv/weight": tf.ones([2]) };
      const code = "SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING";
      expect(() => lars({ learningRate: 1 }).init(params)).toThrow(`${code}: expected excludes`);
      expect(() => lars({ learningRate: 1, excludes: () => true }).init(params)).toThrow(code);
      expect(() => lars({ learningRate: 1, excludes: "none" }).init(params)).not.toThrow();
    });
  });
});
