import { type ConvolutionNorm, convolutionNormVariables } from "./convolution-norm.js";
import type { ResnetDepth, ResnetSpec } from "./resnet-spec.js";
import { type SelectiveKernel, selectiveKernel, selectiveKernelVariables } from "./selective-kernel.js";
import { type SqueezeExcite, squeezeExcite, squeezeExciteVariables } from "./squeeze-excite.js";
import type { Variable } from "./variables.js";

/** output = relu(excite(last of main) + shortcut); without a shortcut layer the block's input is the shortcut. */
export interface ResidualBlock {
  readonly path: string;
  readonly main: readonly (ConvolutionNorm | SelectiveKernel)[];
  readonly excite?: SqueezeExcite;
  readonly shortcut?: ConvolutionNorm;
  /** The stride of an average pooling before the shortcut; without it there is none. */
  readonly shortcutPoolStride?: number;
}

export interface ResnetArchitecture {
  readonly stem: readonly ConvolutionNorm[];
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
 * projection shortcut; the stride sits on the 3x3 convolution. Selective kernels take the place of a bottleneck's 3x3
 * convolution; basic blocks have none.
 *
 * @see google-research/simclr@383d414 resnet.py, `resnet`, `residual_block`, `bottleneck_block`. Its TensorFlow 1 code
 *   pools a basic block's own input too, where selective kernels are asked for; this is its TensorFlow 2 code, which does not.
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
      const spatial = { ...second, stride };
      const main: ResidualBlock["main"] = isBottleneck
        ? [
            { ...first, kernelSize: 1, outputChannels: inner },
            spec.selectiveKernels > 0 ? selectiveKernel(spatial, spec.selectiveKernels) : spatial,
            { ...second, ...last, number: 3, kernelSize: 1, outputChannels: outer },
          ]
        : [
            { ...first, kernelSize: 3, outputChannels: inner, stride },
            { ...second, ...last },
          ];
      const excite = spec.squeezeExcite > 0 ? { excite: squeezeExcite(path, outer, inner, spec.squeezeExcite) } : {};
      const keepsShape = stride === 1 && input === outer;
      if (index > 0 || (spec.variant === "torchvision" && keepsShape)) return { path, main, ...excite };
      const shortcut = {
        ...first,
        path: `${path}/shortcut`,
        kernelSize: 1,
        outputChannels: outer,
        stride: spec.resnetD ? 1 : stride,
        relu: false,
      };
      return { path, main, ...excite, shortcut, ...(spec.resnetD && { shortcutPoolStride: stride }) };
    }),
  );
  const pooling = spec.variant === "torchvision" ? "symmetric" : "same";
  const stemPooling = spec.stem === "imagenet" ? pooling : "none";
  return { stem: stemOf(spec, channels(64)), stemPooling, groups, featureSize: inputChannels };
}

function stemOf(
  { stem, stemActivation, resnetD, inputChannels }: ResnetSpec,
  outputChannels: number,
): ConvolutionNorm[] {
  const relu = stemActivation === "relu";
  const layer = { path: "stem", number: 1, kernelSize: 3, stride: 1, relu, initialScale: 1 } as const;
  if (stem === "cifar") return [{ ...layer, inputChannels, outputChannels }];
  if (!resnetD) return [{ ...layer, kernelSize: 7, stride: 2, inputChannels, outputChannels }];
  const half = Math.max(1, Math.floor(outputChannels / 2));
  return [
    { ...layer, stride: 2, inputChannels, outputChannels: half },
    { ...layer, number: 2, inputChannels: half, outputChannels: half },
    { ...layer, number: 3, inputChannels: half, outputChannels },
  ];
}

/** All variables, in the order in which the layers run. */
export function resnetVariables({ stem, groups }: ResnetArchitecture): Variable[] {
  const ofBlock = ({ main, excite, shortcut }: ResidualBlock) => [
    ...(shortcut ? convolutionNormVariables(shortcut) : []),
    ...main.flatMap((layer) =>
      "streams" in layer ? selectiveKernelVariables(layer) : convolutionNormVariables(layer),
    ),
    ...(excite ? squeezeExciteVariables(excite) : []),
  ];
  return [...stem.flatMap(convolutionNormVariables), ...groups.flat().flatMap(ofBlock)];
}
