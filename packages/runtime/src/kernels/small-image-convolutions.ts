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

/** Up to which width of a result matrix products are faster, measured on each convolution of ResNet-18 and ResNet-50 alone. */
const mostWidth = { convolution: 4, stridedPixels: 8, filterGradient: 8 };
/** Below, a tile of AMX is not filled either way. */
const leastChannels = 32;
const mostTaps = 9;

/**
 * Convolutions of small images, and the gradients of filters of one pixel, as matrix products where AMX computes bfloat16.
 *
 * Its tiles are 16 rows of 32 values. oneDNN's convolution fills one with pixels of a single row of the image, of which there are 4 or 8 in
 * a network's last stages: a product over the pixels of all images takes a half of the time for the convolution and its input's
 * gradient at 4 pixels, a sixth for its filter's, a half at 8. To AVX-512 the rows do not matter, and the copies do not pay.
 */
export function registerSmallImageConvolutions(): void {
  registerOtherConvolutions(otherFor);
}

/** Nothing where AMX does not compute the convolution, or no product can. */
function otherFor(
  x: Shape,
  filter: Shape,
  attributes: ConvolutionAttributes,
  backend: TensorFlowBackend,
): OtherConvolution | undefined {
  const { binding } = backend;
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat } = attributes;
  const applies =
    binding.recorder?.precision === "bfloat16" &&
    processorFlags().has("amx_bf16") &&
    dataFormat !== "NCHW" &&
    !binding.isUsingGpuDevice() &&
    [dilations].flat().every((step) => step === 1) &&
    filter[0] * filter[1] <= mostTaps &&
    Math.min(filter[2], filter[3]) >= leastChannels;
  if (!applies) return undefined;
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad, dimRoundingMode);
  const { padInfo: padding, strideHeight, strideWidth, outWidth, filterHeight: height, filterWidth: width } = info;
  const isWithin = Math.max(padding.top, padding.bottom) < height && Math.max(padding.left, padding.right) < width;
  if (!isWithin) return undefined;
  const windows = { height, width, strides: [strideHeight, strideWidth], padding } as const;
  const isOnePixel = height * width === 1;
  const isStrided = strideHeight * strideWidth > 1;
  const isSmall = outWidth <= mostWidth.convolution;
  const isInputGradientFaster = isStrided ? isOnePixel && outWidth <= mostWidth.stridedPixels : isSmall;
  const seen: Shape = isOnePixel ? [x[0], info.outHeight, outWidth, x[3]] : x;
  const inputGradient: OtherConvolution["inputGradient"] = (dy, kernel) =>
    spread(image(inputGradientByProduct(dy, kernel, windows), seen, backend), windows.strides, x);
  const convolution: OtherConvolution["convolution"] = (images, kernel) =>
    image(convolutionByProduct(images, kernel, windows), info.outShape as Shape, backend);
  const filterGradient: OtherConvolution["filterGradient"] = (images, dy) =>
    filterGradientByProduct(images, dy, windows);
  return {
    convolution: isSmall ? convolution : undefined,
    inputGradient: isInputGradientFaster ? inputGradient : undefined,
    filterGradient: isOnePixel || outWidth <= mostWidth.filterGradient ? filterGradient : undefined,
  };
}

function image(rows: tf.Tensor2D, shape: Shape, backend: TensorFlowBackend): tf.Tensor4D {
  backend.binding.recorder?.markImage(backend.getInputTensorIds([rows])[0] as number);
  return tf.reshape(rows, shape);
}
