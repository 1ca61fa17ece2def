import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import { processorFlags } from "../binding/processor-flags.js";
import {
  type ConvolutionAttributes,
  type OtherConvolution,
  registerOtherConvolutions,
  type Shape,
} from "./other-convolutions.js";
import { spread } from "./spread.js";
import { convolutionByProduct, filterGradientByProduct, inputGradientByProduct } from "./window-products.js";

const mostTaps = 9;

/** What decides whether a product is faster than the convolution. */
interface Size {
  /** Of the filter: the lesser of its inputs and outputs. */
  readonly channels: number;
  readonly outputs: number;
  /** Of the result: the pixels of all images, and of one row of one. */
  readonly pixels: number;
  readonly width: number;
  readonly isOnePixel: boolean;
  readonly isStrided: boolean;
}

type Faster = Readonly<Record<"convolution" | "inputGradient" | "filterGradient", boolean>>;

/** Where AMX computes bfloat16, measured on each convolution of ResNet-18 and ResNet-50 alone. Below 32 channels no tile is filled either way. */
function fasterWithTiles({ channels, width, isOnePixel, isStrided }: Size): Faster {
  const isLargeEnough = channels >= 32;
  const isSmall = isLargeEnough && width <= 4;
  return {
    convolution: isSmall,
    inputGradient: isStrided ? isLargeEnough && isOnePixel && width <= 8 : isSmall,
    filterGradient: isLargeEnough && (isOnePixel || width <= 8),
  };
}

/** In float32, measured on each convolution of ResNet-50 at 32, 96 and 224 pixels alone, with AVX-512 and with AVX2. */
function fasterWithVectors({ channels, outputs, pixels, isOnePixel, isStrided }: Size): Faster {
  const isLargeEnough = channels >= 128;
  const isSmall = isLargeEnough && pixels <= (isOnePixel ? 2560 : 3 * outputs);
  return {
    convolution: isSmall,
    inputGradient: isSmall && (isOnePixel || !isStrided),
    filterGradient: isSmall || (isLargeEnough && isOnePixel),
  };
}

/**
 * Convolutions of few pixels, and the gradients of filters of one pixel, as matrix products, where those are faster than oneDNN's
 * convolutions on a CPU.
 *
 * In float32 oneDNN brings a filter into an order of its own at every call, and its gradient back: with few pixels, as in a network's last
 * stages, that takes as long as the convolution. A product over the pixels of all images takes a half to three quarters of the time.
 *
 * In bfloat16 with AMX, tiles are 16 rows of 32 values. oneDNN's convolution fills one with pixels of a single row of the image, of which there
 * are 4 or 8 in the last stages: a product takes a half of the time for the convolution and its input's gradient at 4 pixels, a
 * sixth for its filter's, a half at 8. In bfloat16 without AMX the copies do not pay.
 */
export function registerSmallImageConvolutions(): void {
  registerOtherConvolutions(otherFor);
}

/** Nothing where the convolution is faster, or no product can. */
function otherFor(
  x: Shape,
  filter: Shape,
  attributes: ConvolutionAttributes,
  backend: TensorFlowBackend,
): OtherConvolution | undefined {
  const { binding } = backend;
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat } = attributes;
  const faster = binding.recorder?.precision === "bfloat16" ? fasterWithTiles : fasterWithVectors;
  const applies =
    processorFlags().has(faster === fasterWithTiles ? "amx_bf16" : "avx2") &&
    dataFormat !== "NCHW" &&
    !binding.isUsingGpuDevice() &&
    [dilations].flat().every((step) => step === 1) &&
    filter[0] * filter[1] <= mostTaps;
  if (!applies) return undefined;
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad, dimRoundingMode);
  const { padInfo: padding, strideHeight, strideWidth, outWidth, filterHeight: height, filterWidth: width } = info;
  const isWithin = Math.max(padding.top, padding.bottom) < height && Math.max(padding.left, padding.right) < width;
  if (!isWithin) return undefined;
  const windows = { height, width, strides: [strideHeight, strideWidth], padding } as const;
  const isOnePixel = height * width === 1;
  const size = {
    channels: Math.min(filter[2], filter[3]),
    outputs: filter[3],
    pixels: x[0] * info.outHeight * outWidth,
    width: outWidth,
    isOnePixel,
    isStrided: strideHeight * strideWidth > 1,
  };
  const isFaster = faster(size);
  const seen: Shape = isOnePixel ? [x[0], info.outHeight, outWidth, x[3]] : x;
  const inputGradient: OtherConvolution["inputGradient"] = (dy, kernel) =>
    spread(image(inputGradientByProduct(dy, kernel, windows), seen, backend), windows.strides, x);
  const convolution: OtherConvolution["convolution"] = (images, kernel) =>
    image(convolutionByProduct(images, kernel, windows), info.outShape as Shape, backend);
  const filterGradient: OtherConvolution["filterGradient"] = (images, dy) =>
    filterGradientByProduct(images, dy, windows);
  return {
    convolution: isFaster.convolution ? convolution : undefined,
    inputGradient: isFaster.inputGradient ? inputGradient : undefined,
    filterGradient: isFaster.filterGradient ? filterGradient : undefined,
  };
}

function image(rows: tf.Tensor2D, shape: Shape, backend: TensorFlowBackend): tf.Tensor4D {
  backend.binding.recorder?.markImage(backend.getInputTensorIds([rows])[0] as number);
  return tf.reshape(rows, shape);
}
