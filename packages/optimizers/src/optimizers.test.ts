import { eager, type Parameters } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { describeOptimizer } from "./contract.js";
import { expectTrajectory, readTrajectories } from "./fixtures/expect-trajectory.js";
import {
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  clipByValue,
  emaOfParameters,
  type GradientTransformation,
  globalNorm,
  lamb,
  lars,
  layerWiseDecay,
  masked,
  momentum,
  scaleByTrustRatio,
  sgd,
  trace,
} from "./index.js";

const fixture = readTrajectories("trajectories.json");
const isBias = (path: string) => path.endsWith("bias");

// By the trajectory's name: the optimizer that has to walk it.
const peers: Record<string, GradientTransformation> = {
  "torch.sgd": sgd({ learningRate: 0.1, weightDecay: 0.01 }),
  "torch.momentum": momentum({ learningRate: 0.1, weightDecay: 0.01 }),
  "torch.nesterov": momentum({ learningRate: 0.1, nesterov: true }),
  "torch.adam": adam({ learningRate: 0.05 }),
  "torch.adamL2": adam({ learningRate: 0.05, weightDecay: 0.1 }),
  "torch.adamw": adamw({ learningRate: 0.05, weightDecay: 0.1 }),
  "optax.adamw": adamw({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, weightDecay: 0.1, excludes: isBias }),
  "optax.lars": lars({ learningRate: 2, weightDecay: 0.01 }),
  "optax.larsNesterov": lars({ learningRate: 2, weightDecay: 0.01, nesterov: true }),
  "optax.lamb": lamb({ learningRate: 0.05, weightDecay: 0.1, excludes: "none" }),
  "optax.lambMasked": lamb({ learningRate: 0.05, weightDecay: 0.1 }),
  "optax.clipByGlobalNorm": after(clipByGlobalNorm({ maximumNorm: 2.5 })),
  "torch.clipGradNorm": after(clipByGlobalNorm({ maximumNorm: 2.5, epsilon: 1e-6 })),
  "optax.clipByValue": after(clipByValue(0.6)),
  "torch.clipGradValue": after(clipByValue(0.6)),
  "optax.ema": chain(adam({ learningRate: 0.05 }), emaOfParameters({ decay: 0.9 })),
  "torch.ema": chain(adam({ learningRate: 0.05 }), emaOfParameters({ decay: 0.9, debias: false })),
  "torch.layerWiseDecay": chain(
    adamw({ learningRate: 0.05, weightDecay: 0.1 }),
    layerWiseDecay({ decay: 0.75, layerOf: (path) => (isBias(path) ? 2 : 0), layerCount: 3 }),
  ),
};

function after(clip: GradientTransformation) {
  return chain(clip, momentum({ learningRate: 0.1 }));
}

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  // A trust ratio makes steps of a share of the weight's own length: LARS's learning rates are a thousand times others'.
  const plain = { bowl: 0.05, valley: 0.0005 };
  const adaptive = { bowl: 0.1, valley: 0.05 };
  describeOptimizer("sgd", (learningRate) => sgd({ learningRate }), {
    learningRate: { bowl: 0.1, valley: 0.002 },
    compile,
  });
  describeOptimizer("momentum", (learningRate) => momentum({ learningRate }), { learningRate: plain, compile });
  describeOptimizer("nesterov", (learningRate) => momentum({ learningRate, nesterov: true, weightDecay: 1e-4 }), {
    learningRate: plain,
    compile,
  });
  describeOptimizer("adam", (learningRate) => adam({ learningRate }), { learningRate: adaptive, compile });
  describeOptimizer("adamw", (learningRate) => adamw({ learningRate }), { learningRate: adaptive, compile });
  describeOptimizer("lamb", (learningRate) => lamb({ learningRate, excludes: "none" }), { learningRate: { bowl: 0.05, valley: 0.02 }, compile }); // biome-ignore format: one line
  const wrapped: Record<string, (optimizer: GradientTransformation) => GradientTransformation> = {
    "clipped by norm": (optimizer) => chain(clipByGlobalNorm({ maximumNorm: 50, epsilon: 1e-6 }), optimizer),
    "clipped by value": (optimizer) => chain(clipByValue(40), optimizer),
    "followed by its average": (optimizer) => chain(optimizer, emaOfParameters({ decay: 0.9 })),
    "followed by a plain average": (optimizer) => chain(optimizer, emaOfParameters({ decay: 0.9, debias: false })),
    "decayed by layer": (optimizer) => {
      const layerOf = (path: string) => (path.endsWith("bias") ? 1 : 0);
      return chain(optimizer, layerWiseDecay({ decay: 0.9, layerOf, layerCount: 2 }));
    },
  };
  for (const [name, wrap] of Object.entries(wrapped)) {
    const make = (learningRate: number) => wrap(momentum({ learningRate }));
    describeOptimizer(`momentum ${name}`, make, { learningRate: plain, compile });
  }
  for (const variant of ["classic", "popular", "pytorch"] as const) {
    for (const nesterov of [false, true]) {
      // Exclusions would give the bias the full rate; here both learn by trust ratio.
      const make = (learningRate: number) => lars({ learningRate, variant, nesterov, momentum: 0.5, excludes: "none" });
      describeOptimizer(`lars ${variant}${nesterov ? " nesterov" : ""}`, make, {
        learningRate: { bowl: 40, valley: 10 },
        compile,
      });
    }
  }

  describe("20 steps equal those of", () => {
    it.each(Object.keys(fixture.trajectories))("%s", (name) => {
      const ofAverages = (_: Parameters, state: unknown) => (state as Parameters[])[1] as Parameters;
      expectTrajectory(
        fixture,
        name,
        peers[name] as GradientTransformation,
        name.endsWith(".ema") ? ofAverages : undefined,
      );
    });
  });

  describe("clipping", () => {
    it("leaves gradients that are short enough as they are, and zeros", () => {
      tf.tidy(() => {
        const gradients = { a: tf.tensor1d([3, 0]), b: tf.tensor1d([0, -4]) };
        const update = (clip: GradientTransformation, g: Parameters) => clip.update(g, {}, g, tf.scalar(0))[0];
        const norm = (maximumNorm: number) => clipByGlobalNorm({ maximumNorm });
        expectClose(update(norm(5.01), gradients).b as tf.Tensor, [0, -4]);
        expectClose(update(norm(1), gradients).b as tf.Tensor, [0, -0.8]);
        expectClose(update(norm(1), { a: tf.zeros([2]) }).a as tf.Tensor, [0, 0]);
        expectClose(update(clipByValue(3.5), gradients).b as tf.Tensor, [0, -3.5]);
      });
    });

    it("globalNorm is the length of all tensors as one vector, and 0 of none", () => {
      tf.tidy(() => {
        expectClose(globalNorm({ kernel: tf.tensor2d([[1, -2], [2, 4]]), bias: tf.scalar(-12) }), [13]); // biome-ignore format: one line
        expectClose(globalNorm({}), [0]);
      });
    });

    it("takes the norm of what masked selects", () => {
      tf.tidy(() => {
        const gradients = { a: tf.tensor1d([3, 4]), b: tf.tensor1d([0, 1000]) };
        const clip = masked(clipByGlobalNorm({ maximumNorm: 1 }), (path) => path === "a");
        const [updates] = clip.update(gradients, clip.init(gradients), gradients, tf.scalar(0));
        expectClose(updates.a as tf.Tensor, [0.6, 0.8]);
        expectClose(updates.b as tf.Tensor, [0, 1000]);
      });
    });
  });

  it("layerWiseDecay refuses a path whose layer there is not", () => {
    tf.tidy(() => {
      const params = { "group1/kernel": tf.ones([2]), "group4/kernel": tf.ones([2]) };
      const make = (layerCount: number) =>
        layerWiseDecay({ decay: 0.5, layerOf: (path) => Number(path[5]), layerCount });
      expect(() => make(5).init(params)).not.toThrow();
      expect(() => make(4).init(params)).toThrow("group4/kernel");
      expect(() => make(5).init({ "head/kernel": tf.ones([2]) })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    });
  });

  it("options out of range are refused", () => {
    const layerOf = () => 0;
    for (const make of [
      () => lamb({ learningRate: 1, weightDecay: -1 }),
      () => clipByGlobalNorm({ maximumNorm: 0 }),
      () => clipByGlobalNorm({ maximumNorm: 1, epsilon: -1 }),
      () => clipByValue(Number.NaN),
      () => emaOfParameters({ decay: 1 }),
      () => layerWiseDecay({ decay: 0, layerOf, layerCount: 1 }),
      () => layerWiseDecay({ decay: 0.5, layerOf, layerCount: 0 }),
      () => trace({ decay: 1 }),
      () => sgd({ learningRate: -1 }),
      () => sgd({ learningRate: Number.NaN }),
      () => momentum({ learningRate: 1, weightDecay: -1 }),
      () => adam({ learningRate: 1, beta2: 1 }),
      () => lars({ learningRate: 1, trustCoefficient: -1 }),
      () => scaleByTrustRatio(1, { epsilon: -1 }),
      () => scaleByTrustRatio(1, { clip: -1 }),
    ]) {
      expect(make).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });
});
