import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import { processorFlags } from "../binding/processor-flags.js";
import {
  type ConvolutionAttributes,
  type OtherConvolution,
  registerOtherConvolutions,
  type Shape,
} from "./other-convolutions.js";
import { winogradConvolution, winogradFilterGradient, winogradInputGradient } from "./winograd.js";

/** A convolution's channels, the tiles of its result, and how much of them the result fills. */
interface Size {
  readonly channels: number;
  readonly tiles: number;
  readonly filled: number;
}

/** From which sizes on the algorithm is faster, measured on each convolution of ResNet-18 and ResNet-50 alone. */
const leastSizes: Record<"AVX2" | "AVX-512", Record<"filterGradient" | "product", Size>> = {
  AVX2: {
    filterGradient: { channels: 32, tiles: 64, filled: 0.5 },
    product: { channels: 256, tiles: 128, filled: 0.7 },
  },
  "AVX-512": {
    filterGradient: { channels: 256, tiles: 128, filled: 0.9 },
    product: { channels: 256, tiles: 128, filled: 0.9 },
  },
};

const isReached = (least: Size, { channels, tiles, filled }: Size) =>
  channels >= least.channels && tiles >= least.tiles && filled >= least.filled;

/**
 * 3 x 3 convolutions and their gradients by Winograd's algorithm on a CPU, where that is faster than oneDNN's: 2.25 to 4 times
 * fewer products, bought with transforms. With AVX2 the filter's gradient gains most, up to 3 times, since oneDNN takes twice as
 * long for it as for the convolution. With AVX-512 oneDNN takes the same for both, in half the time, and the transforms, which
 * memory bounds, pay from 256 channels on. Not in bfloat16, whose rounding the transforms would enlarge.
 */
export function registerWinogradConvolutions(): void {
  registerOtherConvolutions(otherFor);
}

function otherFor(
  x: Shape,
  filter: Shape,
  attributes: ConvolutionAttributes,
  { binding }: TensorFlowBackend,
): OtherConvolution | undefined {
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat } = attributes;
  const applies =
    filter[0] === 3 &&
    filter[1] === 3 &&
    [strides, dilations].flat().every((step) => step === 1) &&
    dataFormat !== "NCHW" &&
    !binding.isUsingGpuDevice() &&
    binding.recorder?.precision !== "bfloat16";
  if (!applies) return undefined;
  const { padInfo, outHeight, outWidth, batchSize, inChannels, outChannels } = tf.backend_util.computeConv2DInfo(
    x,
    filter,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  if (Object.values(padInfo).some((size) => typeof size === "number" && size > 2)) return undefined;
  const tiles = batchSize * Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4);
  const filled = (batchSize * outHeight * outWidth) / (16 * tiles);
  const channels = Math.min(inChannels, outChannels);
  const size = { channels, tiles, filled };
  const { filterGradient, product } = leastSizes[processorFlags().has("avx512f") ? "AVX-512" : "AVX2"];
  const isProductFaster = isReached(product, size);
  return {
    convolution: isProductFaster ? (images, kernel) => winogradConvolution(images, kernel, padInfo) : undefined,
    inputGradient: isProductFaster ? (dy, kernel) => winogradInputGradient(dy, kernel, padInfo) : undefined,
    filterGradient: isReached(filterGradient, size)
      ? (images, dy) => winogradFilterGradient(images, dy, padInfo)
      : undefined,
  };
}
