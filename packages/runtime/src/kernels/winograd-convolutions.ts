import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import { processorFlags } from "../binding/processor-flags.js";
import {
  type ConvolutionAttributes,
  type OtherConvolution,
  registerOtherConvolutions,
  type Shape,
} from "./other-convolutions.js";
import { tilingOf, winogradConvolution, winogradFilterGradient, winogradInputGradient } from "./winograd.js";

interface Size {
  /** Of the filter: the lesser of its inputs and outputs. */
  readonly channels: number;
  /** Of the result, of all images and of one. */
  readonly tiles: number;
  readonly tilesOfImage: number;
  /** How much of the tiles the result fills. */
  readonly filled: number;
}

type Faster = Readonly<Record<"product" | "filterGradient", boolean>>;

/** Measured on each convolution of ResNet-18 and ResNet-50 alone. */
function fasterWithAvx2({ channels, tiles, filled }: Size): Faster {
  return {
    product: channels >= 256 && tiles >= 128 && filled >= 0.7,
    filterGradient: channels >= 32 && tiles >= 64 && filled >= 0.5,
  };
}

/** Measured likewise. Of 128 channels the transforms take as long as the products save, but for images of few tiles. */
function fasterWithAvx512({ channels, tiles, tilesOfImage, filled }: Size): Faster {
  const isLargeEnough = channels >= 192 || (channels >= 128 && tilesOfImage <= 9);
  const isFaster = isLargeEnough && tiles >= 64 && filled >= 0.5;
  return { product: isFaster, filterGradient: isFaster };
}

/**
 * 3 x 3 convolutions and their gradients by Winograd's algorithm on a CPU, where that is faster than oneDNN's: 2.25 to 4.6 times
 * fewer products, bought with transforms. With AVX2 the filter's gradient gains most, up to 3 times, since oneDNN takes twice as
 * long for it as for the convolution. With AVX-512 oneDNN takes the same for both, in half the time, and the transforms, which
 * memory bounds, pay from 128 channels on: 1.2 to 2 times. Not in bfloat16, whose rounding the transforms would enlarge; nor within
 * XLA, which has convolutions of its own, and takes longer to compile the transforms than they save in many steps.
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
    binding.recorder?.precision !== "bfloat16" &&
    !binding.recorder?.xla;
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
  const { tile, down, across } = tilingOf([batchSize, outHeight, outWidth, outChannels]);
  const tilesOfImage = down * across;
  const faster = (processorFlags().has("avx512f") ? fasterWithAvx512 : fasterWithAvx2)({
    channels: Math.min(inChannels, outChannels),
    tiles: batchSize * tilesOfImage,
    tilesOfImage,
    filled: (outHeight * outWidth) / (tile ** 2 * tilesOfImage),
  });
  return {
    convolution: faster.product ? (images, kernel) => winogradConvolution(images, kernel, padInfo) : undefined,
    inputGradient: faster.product ? (dy, kernel) => winogradInputGradient(dy, kernel, padInfo) : undefined,
    filterGradient: faster.filterGradient ? (images, dy) => winogradFilterGradient(images, dy, padInfo) : undefined,
  };
}
