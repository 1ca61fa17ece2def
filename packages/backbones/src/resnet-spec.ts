import { invalidArgument } from "@simclr/core";

/** How many layers a ResNet may have. */
export const resnetDepths = [18, 34, 50, 101, 152, 200] as const;

export type ResnetDepth = (typeof resnetDepths)[number];

/** How a channel of the images is brought to the numbers that a network was trained on: `(image - mean) / deviation`. */
export type Normalization = {
  /** One number a channel. */
  readonly mean: readonly number[];
  /** One number a channel, above 0. */
  readonly deviation: readonly number[];
};

/** torchvision's numbers for ImageNet, which most networks that PyTorch trained were given. */
export const imagenetNormalization: Normalization = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

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
    stemActivation = "relu",
    normalization = "none",
    inputChannels = 3,
    zeroInitializeLastScale = true,
    batchNormDecay = 0.9,
    ...unknown
  } = options;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined)
    throw invalidArgument(
      stranger,
      (unknown as Record<string, unknown>)[stranger],
      "absent: a resnet has no such option",
    );
  if (!resnetDepths.includes(depth)) throw invalidArgument("depth", depth, `one of ${resnetDepths.join(", ")}`);
  if (!(Number.isFinite(width) && width > 0)) throw invalidArgument("width", width, "a number above 0");
  if (stem !== "imagenet" && stem !== "cifar") throw invalidArgument("stem", stem, '"imagenet" or "cifar"');
  if (!(Number.isInteger(inputChannels) && inputChannels > 0))
    throw invalidArgument("inputChannels", inputChannels, "a whole number above 0", "1 is grayscale, 3 is colour.");
  if (variant !== "simclr" && variant !== "torchvision")
    throw invalidArgument("variant", variant, '"simclr" or "torchvision"');
  if (stemActivation !== "relu" && !(stemActivation === "none" && stem === "cifar"))
    throw invalidArgument("stemActivation", stemActivation, '"relu", or with the stem "cifar" "none"');
  if (!isNormalization(normalization, inputChannels))
    throw invalidArgument(
      "normalization",
      normalization,
      `"none" or a mean and a deviation above 0 for each of ${inputChannels} channels`,
      "imagenetNormalization has those of ImageNet.",
    );
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
    stemActivation,
    normalization,
    inputChannels,
    zeroInitializeLastScale,
    batchNormDecay,
  };
}

function isNormalization(value: unknown, channels: number): value is "none" | Normalization {
  if (value === "none") return true;
  const { mean, deviation } = (value ?? {}) as Partial<Normalization>;
  const areNumbers = (list: readonly number[] | undefined): list is readonly number[] =>
    Array.isArray(list) && list.length === channels && list.every(Number.isFinite);
  return areNumbers(mean) && areNumbers(deviation) && deviation.every((number) => number > 0);
}
