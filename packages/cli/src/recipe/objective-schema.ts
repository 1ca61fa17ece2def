import { z } from "zod";

const count = z.int().min(1);
const positive = z.number().gt(0);
const weight = z.number().min(0);

/** Methods whose step the network goes through once for both views; their gradient can be made in chunks of the batch. */
export const oneNetworkObjectives = [
  "simclr",
  "supCon",
  "dcl",
  "dclw",
  "barlowTwins",
  "vicReg",
  "negativeCosineSimilarity",
] as const;

/** What is learned from two views: SimCLR, or another method with its own settings. */
export const objective = z.strictObject({
  kind: z
    .enum([...oneNetworkObjectives, "moco", "byol", "simSiam"])
    .default("simclr")
    .describe(
      "simclr: the setting loss; moco and byol with a momentum encoder, byol and simSiam with a predictor; supCon learns from labels; negativeCosineSimilarity alone collapses, which is what SimSiam's predictor prevents",
    ),
  batchStatistics: z
    .enum(["bothViews", "eachView"])
    .nullable()
    .default(null)
    .describe(
      "of methods with one network: over which images batch norms take their statistics; null: the method's own (simclr: bothViews; solo-learn: eachView)",
    ),
  momentum: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("with moco and byol: of the momentum encoder; null: 0.999 (MoCo), 0.996 (BYOL, 1000 epochs; 300: 0.99)"),
  momentumSchedule: z
    .enum(["constant", "cosine"])
    .nullable()
    .default(null)
    .describe("with moco and byol; cosine: up to finalMomentum at the end; null: constant (MoCo), cosine (BYOL)"),
  finalMomentum: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("with a cosine momentumSchedule: where it ends (BYOL: 1)"),
  queueSize: count
    .default(65_536)
    .describe(
      "with moco: keys of earlier steps that are negatives (MoCo: 65536); at most the images of an epoch is wise",
    ),
  predictorHiddenSize: count
    .nullable()
    .default(null)
    .describe(
      "with byol and simSiam: width of the predictor; null: 4096 (BYOL), a quarter of head.outputSize (SimSiam)",
    ),
  sigma: positive.default(0.5).describe("with dclw: temperature of the positives' weights (Yeh et al. 2022: 0.5)"),
  redundancyWeight: weight
    .default(5e-3)
    .describe("with barlowTwins: weight of correlations of different features (Zbontar et al. 2021: 0.005)"),
  invarianceWeight: weight.default(25).describe("with vicReg: weight of the views' distance (Bardes et al. 2022: 25)"),
  varianceWeight: weight
    .default(25)
    .describe("with vicReg: weight of features that vary too little (Bardes et al. 2022: 25)"),
  covarianceWeight: weight.default(1).describe("with vicReg: weight of correlated features (Bardes et al. 2022: 1)"),
});
