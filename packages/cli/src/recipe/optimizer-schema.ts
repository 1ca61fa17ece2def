import { z } from "zod";

const count = z.int().min(1);
const positive = z.number().gt(0);
const decay = z.number().min(0).lt(1);

/** How parameters move, and how far: the rule and its learning rate over the run. */
export const optimizer = z.strictObject({
  kind: z
    .enum(["lars", "sgd", "adam", "adamw", "lamb"])
    .default("lars")
    .describe("lars for batches of 512 and more (paper); sgd below; lamb: adamw with lars's trust ratio"),
  learningRate: positive.describe("before it is scaled by the batch size"),
  learningRateScaling: z
    .enum(["none", "linear", "squareRoot"])
    .default("linear")
    .describe("none; linear: times batchSize / 256; squareRoot: times its square root (paper, appendix B.1)"),
  schedule: z
    .enum(["cosine", "linear", "constant", "step"])
    .default("cosine")
    .describe(
      "how the learning rate goes on after the warm-up (paper: cosine); step: times decayFactor at decayEpochs",
    ),
  warmupEpochs: z
    .number()
    .min(0)
    .default(10)
    .describe("the learning rate grows for so long, then falls as schedule says (paper: 10)"),
  warmupLearningRate: z
    .number()
    .min(0)
    .default(0)
    .describe("where the warm-up begins, scaled like learningRate (reference: 0; solo-learn: 3e-5, not scaled)"),
  finalLearningRate: z
    .number()
    .min(0)
    .default(0)
    .describe("where cosine and linear end, scaled like learningRate (reference: 0)"),
  decayEpochs: z
    .array(count)
    .default([])
    .describe("with schedule=step: after so many epochs the learning rate is multiplied by decayFactor"),
  decayFactor: z.number().min(0).max(1).default(0.1).describe("with schedule=step (PyTorch: 0.1)"),
  momentum: decay.default(0.9).describe("of lars and sgd (paper: 0.9)"),
  nesterov: z
    .boolean()
    .default(false)
    .describe("of lars and sgd (reference: true for its momentum optimizer, false for lars)"),
  beta1: decay.default(0.9).describe("of adam, adamw and lamb: of the mean of gradients (Kingma and Ba 2015: 0.9)"),
  beta2: decay
    .default(0.999)
    .describe("of adam, adamw and lamb: of the mean of their squares (Kingma and Ba 2015: 0.999)"),
  trustCoefficient: positive
    .default(0.001)
    .describe("of lars (reference: 0.001; solo-learn's recipes, with clipTrustRatio: 0.02)"),
  clipTrustRatio: z
    .boolean()
    .default(false)
    .describe(
      "whether lars gives no parameter more than the learning rate (reference: false; solo-learn's clip_lr: true)",
    ),
  larsVariant: z
    .enum(["classic", "popular", "pytorch"])
    .default("classic")
    .describe(
      "classic: the learning rate inside the momentum (reference); popular: outside; pytorch: as lightly and solo-learn, the trust ratio alone inside",
    ),
  weightDecay: z
    .number()
    .min(0)
    .default(1e-4)
    .describe("not on biases and batch norm (reference: 1e-4; the paper's text: 1e-6)"),
  clipGlobalNorm: positive
    .nullable()
    .default(null)
    .describe("how long all gradients are together at most; null: as long as they are (reference)"),
});
