import { invalidArgument } from "@simclr/core";
import { assertNormalization, type Normalization } from "./normalization.js";
import { assertNoStranger, assertRecompute } from "./option-checks.js";

/** How many layers a ResNet may have. */
export const resnetDepths = [18, 34, 50, 101, 152, 200] as const;

export type ResnetDepth = (typeof resnetDepths)[number];

/** What a ResNet is. Every default is that of google-research/simclr@383d414 (`run.py`, `resnet.py`). */
export interface ResnetOptions {
  /** 18 and 34 are made of basic blocks, the others of bottlenecks. */
  readonly depth: ResnetDepth;
  /**
   * Multiplies the channels of every layer: 64 (the stem and group 1), 128, 256 and 512 become the nearest whole number
   * to 64 * width and so on, at least 1; a bottleneck's output is four times that. Default 1; 1 to 4 are published,
   * fractions are for small machines.
   */
  readonly width?: number;
  /**
   * `"imagenet"` (default): 7x7 convolution with stride 2, then 3x3 max pooling with stride 2. `"cifar"`: 3x3 convolution
   * with stride 1 and no pooling, which the reference takes for images of at most 32 pixels.
   */
  readonly stem?: "imagenet" | "cifar";
  /**
   * The share of a bottleneck's channels from which the mixture of its two 3x3 kernels is told, at least 32 channels:
   * selective kernels (Li et al. 2019). SimCLRv2's is 0.0625. Default 0: one kernel, no mixture. Basic blocks have none.
   */
  readonly selectiveKernels?: number;
  /** The share of a block's channels that gates its output: squeeze-and-excitation (Hu et al. 2018). Default 0: no gates. */
  readonly squeezeExcite?: number;
  /**
   * ResNet-D (He et al. 2019): a stem of three 3x3 convolutions in place of the 7x7 one, and a 2x2 average pooling before
   * each projection shortcut, which then has no stride. Default: with selective kernels, as the reference.
   */
  readonly resnetD?: boolean;
  /**
   * Where builders of ResNets disagree. `"simclr"` (default), as google-research/simclr: the first block of every group has a
   * projection shortcut, and the stem's pooling pads as TensorFlow's SAME. `"torchvision"`: a shortcut is projected only where
   * its shape changes, so not in group 1 of ResNet-18 and 34, and the pooling pads one pixel on every side.
   */
  readonly variant?: "simclr" | "torchvision";
  /**
   * Whether a ReLU follows the stem's batch norm. Default `"relu"`; `"none"`, for the CIFAR stem alone, is what lightly's
   * `ResNetGenerator` computes when its parts are put into an `nn.Sequential`, as lightly's examples do.
   */
  readonly stemActivation?: "relu" | "none";
  /** What is done to the images first. Default `"none"`: images go in as they are, in [0, 1]. */
  readonly normalization?: "none" | Normalization;
  /** Channels of the images. Default 3. */
  readonly inputChannels?: number;
  /** Whether the last batch norm's scale of every block starts at 0, so that every block starts as its shortcut. Default true. */
  readonly zeroInitializeLastScale?: boolean;
  /** How much of the running statistics a training step keeps. Default 0.9. */
  readonly batchNormDecay?: number;
  /** `"blocks"`: keeps the blocks' inputs alone for the backward pass, which computes the rest again. Default `"none"`. */
  readonly recompute?: "none" | "blocks";
}

/** A ResNet's options with every default written out. JSON; rebuilds the same network whatever later defaults are. */
export type ResnetSpec = { readonly kind: "resnet" } & {
  readonly [Option in keyof ResnetOptions]-?: NonNullable<ResnetOptions[Option]>;
};

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function resnetSpec(options: ResnetOptions & { readonly kind?: string }): ResnetSpec {
  const {
    kind: _,
    depth,
    width = 1,
    stem = "imagenet",
    variant = "simclr",
    selectiveKernels = 0,
    squeezeExcite = 0,
    resnetD = selectiveKernels > 0,
    stemActivation = "relu",
    normalization = "none",
    inputChannels = 3,
    zeroInitializeLastScale = true,
    batchNormDecay = 0.9,
    recompute = "none",
    ...unknown
  } = options;
  assertNoStranger("resnet", unknown);
  if (!resnetDepths.includes(depth)) throw invalidArgument("depth", depth, `one of ${resnetDepths.join(", ")}`);
  if (!(Number.isFinite(width) && width > 0)) throw invalidArgument("width", width, "a number above 0");
  if (stem !== "imagenet" && stem !== "cifar") throw invalidArgument("stem", stem, '"imagenet" or "cifar"');
  for (const [name, ratio] of Object.entries({ selectiveKernels, squeezeExcite }))
    if (!(ratio >= 0 && ratio <= 1)) throw invalidArgument(name, ratio, "from 0, for none, to 1");
  if (typeof resnetD !== "boolean") throw invalidArgument("resnetD", resnetD, "true or false");
  assertRecompute(recompute);
  if (!(Number.isInteger(inputChannels) && inputChannels > 0))
    throw invalidArgument("inputChannels", inputChannels, "a whole number above 0", "1 is grayscale, 3 is colour.");
  if (variant !== "simclr" && variant !== "torchvision")
    throw invalidArgument("variant", variant, '"simclr" or "torchvision"');
  if (stemActivation !== "relu" && !(stemActivation === "none" && stem === "cifar"))
    throw invalidArgument("stemActivation", stemActivation, '"relu", or with the stem "cifar" "none"');
  assertNormalization(normalization, inputChannels);
  if (typeof zeroInitializeLastScale !== "boolean")
    throw invalidArgument("zeroInitializeLastScale", zeroInitializeLastScale, "true or false");
  if (!(batchNormDecay >= 0 && batchNormDecay < 1))
    throw invalidArgument("batchNormDecay", batchNormDecay, "at least 0 and below 1", "PyTorch's momentum is 1 - it.");
  return {
    kind: "resnet",
    depth,
    width,
    stem,
    variant,
    selectiveKernels,
    squeezeExcite,
    resnetD,
    stemActivation,
    normalization,
    inputChannels,
    zeroInitializeLastScale,
    batchNormDecay,
    recompute,
  };
}
