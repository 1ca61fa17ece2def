import type { ConvolutionNorm } from "./convolution-norm.js";
import type { ResnetDepth, ResnetSpec } from "./resnet-spec.js";

/** output = relu(last of main + shortcut); without a shortcut layer the block's input is the shortcut. */
export interface ResidualBlock {
  readonly main: readonly ConvolutionNorm[];
  readonly shortcut?: ConvolutionNorm;
}

export interface ResnetArchitecture {
  readonly stem: ConvolutionNorm;
  /** How the 3x3 max pooling with stride 2 after the stem pads, if there is one. */
  readonly stemPooling: "none" | "same" | "symmetric";
  readonly groups: readonly (readonly ResidualBlock[])[];
  readonly featureSize: number;
}

const blockCounts: Readonly<Record<ResnetDepth, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
  200: [3, 24, 36, 3],
};

const bottleneckExpansion = 4;

/**
 * The layers of a ResNet. The first block of every group, of the first group too unless the variant is torchvision's, has a
 * projection shortcut; the stride sits on the 3x3 convolution.
 *
 * @see google-research/simclr@383d414 resnet.py, `resnet`, `residual_block`, `bottleneck_block`
 */
export function resnetArchitecture(spec: ResnetSpec): ResnetArchitecture {
  const channels = (base: number) => Math.max(1, Math.round(base * spec.width));
  const isBottleneck = spec.depth >= 50;
  const expansion = isBottleneck ? bottleneckExpansion : 1;
  let inputChannels = channels(64);
  const groups = blockCounts[spec.depth].map((blockCount, group) =>
    Array.from({ length: blockCount }, (_, index): ResidualBlock => {
      const path = `group${group + 1}/block${index}`;
      const inner = channels(64 * 2 ** group);
      const outer = inner * expansion;
      const stride = index === 0 && group > 0 ? 2 : 1;
      const input = inputChannels;
      inputChannels = outer;
      const first = { path, number: 1, stride: 1, relu: true, initialScale: 1, inputChannels: input } as const;
      const second = { ...first, number: 2, inputChannels: inner, outputChannels: inner, kernelSize: 3 };
      const last = { relu: false, initialScale: spec.zeroInitializeLastScale ? 0 : 1 } as const;
      const main: ConvolutionNorm[] = isBottleneck
        ? [
            { ...first, kernelSize: 1, outputChannels: inner },
            { ...second, stride },
            { ...second, ...last, number: 3, kernelSize: 1, outputChannels: outer },
          ]
        : [
            { ...first, kernelSize: 3, outputChannels: inner, stride },
            { ...second, ...last },
          ];
      const keepsShape = stride === 1 && input === outer;
      if (index > 0 || (spec.variant === "torchvision" && keepsShape)) return { main };
      const shortcut = {
        ...first,
        path: `${path}/shortcut`,
        kernelSize: 1,
        outputChannels: outer,
        stride,
        relu: false,
      };
      return { main, shortcut };
    }),
  );
  const isImagenet = spec.stem === "imagenet";
  const stem: ConvolutionNorm = {
    path: "stem",
    number: 1,
    kernelSize: isImagenet ? 7 : 3,
    inputChannels: spec.inputChannels,
    outputChannels: channels(64),
    stride: isImagenet ? 2 : 1,
    relu: spec.stemActivation === "relu",
    initialScale: 1,
  };
  const pooling = spec.variant === "torchvision" ? "symmetric" : "same";
  return { stem, stemPooling: isImagenet ? pooling : "none", groups, featureSize: inputChannels };
}

/** All layers in the order in which they run. */
export function layersOf({ stem, groups }: ResnetArchitecture): ConvolutionNorm[] {
  const ofBlock = ({ main, shortcut }: ResidualBlock) => (shortcut ? [shortcut, ...main] : main);
  return [stem, ...groups.flat().flatMap(ofBlock)];
}
