import { z } from "zod";
import { objective, oneNetworkObjectives } from "./objective-schema.js";
import { optimizer } from "./optimizer-schema.js";
import { view } from "./view-schema.js";

const count = z.int().min(1);
const probability = z.number().min(0).max(1);
const positive = z.number().gt(0);

const backbone = z.strictObject({
  kind: z
    .enum(["resnet", "vit", "convnext"])
    .default("resnet")
    .describe("a ResNet (paper), a vision transformer (MoCo v3, DINO) or a ConvNeXt"),
  depth: z.literal([18, 34, 50, 101, 152, 200]).default(18).describe("with resnet: its layers"),
  width: positive.default(1).describe("with resnet: multiplies the channels of every layer"),
  stem: z
    .enum(["imagenet", "cifar"])
    .default("imagenet")
    .describe('with resnet: "cifar" for images of at most 32 pixels (reference)'),
  selectiveKernels: probability
    .default(0)
    .describe("with resnet of 50 layers or more: ratio of selective kernels (SimCLR v2: 0.0625; 0: none)"),
  squeezeExcite: probability
    .default(0)
    .describe("with resnet: ratio of squeeze-and-excitation (Hu et al. 2018: 0.0625; 0: none)"),
  resnetD: z
    .boolean()
    .nullable()
    .default(null)
    .describe("with resnet: the stem and shortcuts of ResNet-D; null: with selective kernels alone (reference)"),
  normalization: z
    .enum(["none", "imagenet", "inception"])
    .default("none")
    .describe(
      "what is done to pixels in [0, 1] (reference: none; lightly, solo-learn: imagenet, its mean and deviation; inception: to [-1, 1])",
    ),
  size: z
    .enum(["tiny", "small", "base", "large"])
    .nullable()
    .default(null)
    .describe("with vit and convnext; null: small and tiny, of about as many parameters as ResNet-50"),
  patchSize: count.nullable().default(null).describe("with vit and convnext, in pixels; null: 16 and 4 (their papers)"),
  positions: z
    .enum(["learned", "sincos"])
    .default("learned")
    .describe("with vit: what tells where a patch is (DeiT: learned; MoCo v3: sincos)"),
  pool: z
    .enum(["class", "mean"])
    .default("class")
    .describe("with vit: features are a class token's (DeiT, MoCo v3) or the mean of the patches'"),
  recompute: z
    .enum(["none", "blocks"])
    .default("none")
    .describe("blocks: computed again in the backward pass; less memory, the same gradients, one more forward pass"),
});

const head = z.strictObject({
  kind: z.enum(["none", "linear", "nonlinear"]).default("nonlinear").describe("projection head (reference: nonlinear)"),
  layers: z.literal([2, 3]).default(3).describe("layers of a nonlinear head (reference: 3; the first paper: 2)"),
  hiddenSize: count
    .nullable()
    .default(null)
    .describe("width of its hidden layers; null: as many as features (reference)"),
  outputSize: count.default(128).describe("size of a projection (paper: 128)"),
  batchNorm: z
    .boolean()
    .default(true)
    .describe("whether batch norms follow its layers (reference); false: biases in their place (solo-learn)"),
  normalizeProjection: z
    .boolean()
    .default(true)
    .describe("whether projections go through a batch norm (reference); MoCo, BYOL, Barlow Twins, VICReg: false"),
});

const loss = z.strictObject({
  kind: z
    .enum(["ntXent", "ntLogistic", "marginTriplet"])
    .default("ntXent")
    .describe("with objective.kind=simclr: contrastive loss (paper: ntXent; its table 2 has the others)"),
  negatives: z
    .enum(["all", "semi-hard"])
    .default("all")
    .describe("which negatives count (paper: all for ntXent; semi-hard is better for the others)"),
  normalize: z
    .boolean()
    .default(true)
    .describe("whether ntXent compares cosines (paper) or dot products (its table 5)"),
  margin: z.number().min(0).default(0.8).describe("of marginTriplet (paper: the best of 0, 0.4, 0.8 and 1.6)"),
  hardNegativeConcentration: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      "beta of ntXent: the larger, the more hard negatives weigh (Robinson et al. 2021: 0.5, 1, 2); null: all alike",
    ),
  hardNegativeClassProbability: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      "with hardNegativeConcentration: share of negatives of the anchor's own class (Robinson et al. 2021: 0.1)",
    ),
});

const path = z.string().min(1).nullable().default(null);

const data = z.strictObject({
  imageKey: path.describe(
    "of shards: the TFRecord feature or table column with the images; null: image/encoded, and the column that is of images",
  ),
  labelKey: path.describe(
    "of shards: the feature, column or property of .json with the labels; null: image/class/label, the column of classes, label",
  ),
  validationLabels: path.describe(
    "of an ImageNet whose val/ has no folders: the file with its labels; null: a list of a published name beside it",
  ),
  cacheFolder: path.describe("a folder that keeps decoded images for later runs; null: none"),
});

const evaluation = z.strictObject({
  everyEpochs: count
    .default(10)
    .describe("epochs between two measurements while training, by kNN and the linear probe, where there are labels"),
  linearProbe: z
    .boolean()
    .default(false)
    .describe(
      "whether a linear classifier learns beside the encoder, from labels, and does not teach it (reference: true, lineareval_while_pretraining)",
    ),
  heldOutFraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe("of the labelled images, kept for testing where there is no test set"),
  neighbours: count.default(200).describe("k of kNN (Wu et al. 2018: 200)"),
  neighbourTemperature: positive.default(0.1).describe("of kNN's votes (lightly: 0.1; Wu et al. 2018: 0.07)"),
  linearEpochs: count.default(90).describe("of linear evaluation (paper: 90)"),
  probeExampleCount: count.default(2000).describe("at most so many of each part are taken for a probe while training"),
  exampleCount: count
    .default(10_000)
    .describe("at most so many training images, and as many test images, are evaluated"),
});

const checkpoints = z.strictObject({
  everyEpochs: count.default(10).describe("epochs between two checkpoints"),
  keepLast: count.default(3).describe("older checkpoints are removed"),
});

const settings = z.strictObject({
  description: z.string().describe("one sentence"),
  imageSize: z.int().min(8).describe("side of a view, in pixels"),
  exampleCount: count.nullable().default(null).describe("train on so many images only; null: all"),
  epochs: count.describe("passes over the images"),
  batchSize: z
    .union([z.int().min(2), z.literal("auto")])
    .describe('images a step, two views each; "auto": from the number of images'),
  microBatchSize: count
    .nullable()
    .default(null)
    .describe(
      "images that go through the network at a time, a divisor of batchSize: less memory, one more forward pass, and still all negatives (GradCache; Gao et al. 2021); null: all",
    ),
  objective: objective.prefault({}),
  loss: loss.prefault({}),
  temperature: positive
    .default(0.1)
    .describe(
      "of ntXent, ntLogistic (paper: 0.1 on ImageNet, 0.5 on CIFAR-10), moco (MoCo v2: 0.2), supCon and dcl (their papers: 0.1)",
    ),
  lossScale: positive.default(1).describe("1: the paper's mean over all anchors; 2: the reference's loss, twice that"),
  precision: z.enum(["float32", "bfloat16"]).default("float32").describe("of convolutions and matrix products"),
  xla: z
    .union([z.boolean(), z.literal("auto")])
    .default("auto")
    .describe('whether XLA fuses the step into one program; "auto": on a GPU, and in bfloat16'),
  startFrom: path.describe(
    "the folder of a run whose encoder, and whose head where it fits, training begins with; null: random numbers (paper)",
  ),
  seed: z.int().min(0).default(0).describe("the same seed gives the same run"),
  data: data.prefault({}),
  view: view.prefault({}),
  backbone: backbone.prefault({}),
  head: head.prefault({}),
  optimizer,
  evaluation: evaluation.prefault({}),
  checkpoints: checkpoints.prefault({}),
});

/** Everything a run depends on, apart from its images. JSON: it is saved with the run. */
export const recipeSchema = settings.check(({ value, issues }) => {
  const { epochs, optimizer, imageSize, backbone, batchSize, microBatchSize, objective, loss, view } = value;
  const refuse = (path: string[], message: string, params: { readonly remedy?: string } = {}) =>
    issues.push({ code: "custom", path, message, input: value, params });
  if (optimizer.warmupEpochs > epochs) {
    const remedy = `For few epochs a shorter warm-up: --set optimizer.warmupEpochs=${Math.floor(epochs / 10)}.`;
    refuse(["optimizer", "warmupEpochs"], `at most epochs, which is ${epochs}`, { remedy });
  }
  if (optimizer.schedule === "step" && optimizer.decayEpochs.length === 0)
    refuse(["optimizer", "decayEpochs"], "a list of epochs, with optimizer.schedule=step");
  if (optimizer.decayEpochs.some((epoch) => epoch <= optimizer.warmupEpochs))
    refuse(["optimizer", "decayEpochs"], `epochs after the warm-up, which is ${optimizer.warmupEpochs}`);
  if (view.minimumCropArea > view.maximumCropArea)
    refuse(["view", "minimumCropArea"], `at most view.maximumCropArea, which is ${view.maximumCropArea}`);
  if (view.minimumBlurSigma > view.maximumBlurSigma)
    refuse(["view", "minimumBlurSigma"], `at most view.maximumBlurSigma, which is ${view.maximumBlurSigma}`);
  const patchSize = backbone.patchSize ?? 16;
  if (backbone.kind === "vit" && imageSize % patchSize !== 0)
    refuse(["imageSize"], `a multiple of backbone.patchSize, which is ${patchSize}`);
  if (
    loss.hardNegativeConcentration !== null &&
    (loss.kind !== "ntXent" || loss.negatives !== "all" || !loss.normalize)
  )
    refuse(["loss", "hardNegativeConcentration"], "null, but for ntXent of all negatives, normalized");
  const isOneNetwork = (oneNetworkObjectives as readonly string[]).includes(objective.kind);
  if (objective.batchStatistics !== null && !isOneNetwork)
    refuse(["objective", "batchStatistics"], `null with objective.kind=${objective.kind}`);
  if (microBatchSize === null) return;
  if (!isOneNetwork) refuse(["microBatchSize"], `null with objective.kind=${objective.kind}`);
  if (batchSize !== "auto" && batchSize % microBatchSize !== 0)
    refuse(["microBatchSize"], `a divisor of batchSize, which is ${batchSize}`);
});

/** A whole recipe: every setting has a value. */
export type Recipe = z.output<typeof recipeSchema>;

/** A recipe as it is written: what has a default can be left out. */
export type RecipeInput = z.input<typeof recipeSchema>;
