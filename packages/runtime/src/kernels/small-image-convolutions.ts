import * as tf from "@tensorflow/tfjs-core";
import { backendName, type TensorFlowBackend } from "../backend/backend.js";
import { processorFlags } from "../binding/processor-flags.js";
import { registerKernel } from "./kernel.js";
import {
  convolutionByProduct,
  filterGradientByProduct,
  inputGradientByProduct,
  spread,
  type Windows,
} from "./window-products.js";

type Shape = tf.Tensor4D["shape"];

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape?: Shape;
  readonly filterShape?: Shape;
}

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
  const original = (name: string) => tf.getKernel(name, backendName).kernelFunc;
  const [convolution, inputGradient, filterGradient] = [
    original(tf.Conv2D),
    original(tf.Conv2DBackpropInput),
    original(tf.Conv2DBackpropFilter),
  ];
  registerKernel<"x" | "filter", Attributes>(tf.Conv2D, ({ x, filter }, attrs, backend) => {
    const windows = windowsOf(x.shape as Shape, filter.shape as Shape, attrs, backend);
    return windows?.isConvolutionFaster
      ? image(convolutionByProduct(x as tf.Tensor4D, filter as tf.Tensor4D, windows), windows.outShape, backend)
      : (convolution({ inputs: { x, filter }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
  registerKernel<"dy" | "filter", Attributes>(tf.Conv2DBackpropInput, ({ dy, filter }, attrs, backend) => {
    const windows = windowsOf(attrs.inputShape as Shape, filter.shape as Shape, attrs, backend);
    if (!windows?.isInputGradientFaster)
      return inputGradient({ inputs: { dy, filter }, attrs: { ...attrs }, backend }) as tf.Tensor;
    const { height, width, strides } = windows;
    const inputShape = attrs.inputShape as Shape;
    const [batch, , , channels] = inputShape;
    const seen = height * width === 1 ? ([batch, dy.shape[1], dy.shape[2], channels] as Shape) : inputShape;
    const rows = inputGradientByProduct(dy as tf.Tensor4D, filter as tf.Tensor4D, windows);
    return spread(image(rows, seen, backend), strides, inputShape);
  });
  registerKernel<"x" | "dy", Attributes>(tf.Conv2DBackpropFilter, ({ x, dy }, attrs, backend) => {
    const windows = windowsOf(x.shape as Shape, attrs.filterShape as Shape, attrs, backend);
    return windows?.isFilterGradientFaster
      ? filterGradientByProduct(x as tf.Tensor4D, dy as tf.Tensor4D, windows)
      : (filterGradient({ inputs: { x, dy }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
}

function image(rows: tf.Tensor2D, shape: Shape, backend: TensorFlowBackend): tf.Tensor4D {
  backend.binding.recorder?.isImage(backend.getInputTensorIds([rows])[0] as number);
  return tf.reshape(rows, shape);
}

interface Found extends Windows {
  readonly outShape: Shape;
  readonly isConvolutionFaster: boolean;
  readonly isInputGradientFaster: boolean;
  readonly isFilterGradientFaster: boolean;
}

/** Undefined where AMX does not compute the convolution, or no product can. */
function windowsOf(x: Shape, filter: Shape, attributes: Attributes, { binding }: TensorFlowBackend): Found | undefined {
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
  const { padInfo, strideHeight, strideWidth, outWidth, filterHeight, filterWidth } = info;
  const isWithin =
    Math.max(padInfo.top, padInfo.bottom) < filterHeight && Math.max(padInfo.left, padInfo.right) < filterWidth;
  if (!isWithin) return undefined;
  const isOnePixel = filterHeight * filterWidth === 1;
  const isStrided = strideHeight * strideWidth > 1;
  const isConvolutionFaster = outWidth <= mostWidth.convolution;
  return {
    height: filterHeight,
    width: filterWidth,
    strides: [strideHeight, strideWidth],
    padding: padInfo,
    outShape: info.outShape as Shape,
    isConvolutionFaster,
    isInputGradientFaster: isStrided ? isOnePixel && outWidth <= mostWidth.stridedPixels : isConvolutionFaster,
    isFilterGradientFaster: isOnePixel || outWidth <= mostWidth.filterGradient,
  };
}
