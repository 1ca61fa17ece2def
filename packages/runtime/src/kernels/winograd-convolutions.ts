import * as tf from "@tensorflow/tfjs-core";
import { backendName, type TensorFlowBackend } from "../backend/backend.js";
import { processorFlags } from "../binding/processor-flags.js";
import { registerKernel } from "./kernel.js";
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

/**
 * 3 x 3 convolutions and their gradients by Winograd's algorithm on a CPU, where that is faster than oneDNN's: 2.25 to 4 times
 * fewer products, bought with transforms. With AVX2 the filter's gradient gains most, up to 3 times, since oneDNN takes twice as
 * long for it as for the convolution. With AVX-512 oneDNN takes the same for both, in half the time, and the transforms, which
 * memory bounds, pay from 256 channels on. Not in bfloat16, whose rounding the transforms would enlarge.
 */
export function registerWinogradConvolutions(): void {
  const original = (name: string) => tf.getKernel(name, backendName).kernelFunc;
  const [convolution, inputGradient, filterGradient] = [
    original(tf.Conv2D),
    original(tf.Conv2DBackpropInput),
    original(tf.Conv2DBackpropFilter),
  ];
  registerKernel<"x" | "filter", Attributes>(tf.Conv2D, ({ x, filter }, attrs, backend) => {
    const geometry = geometryOf(x.shape as Shape, filter.shape as Shape, attrs, backend);
    return geometry?.isProductFaster
      ? winogradConvolution(x as tf.Tensor4D, filter as tf.Tensor4D, geometry.padding)
      : (convolution({ inputs: { x, filter }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
  registerKernel<"dy" | "filter", Attributes>(tf.Conv2DBackpropInput, ({ dy, filter }, attrs, backend) => {
    const geometry = geometryOf(attrs.inputShape as Shape, filter.shape as Shape, attrs, backend);
    return geometry?.isProductFaster
      ? winogradInputGradient(dy as tf.Tensor4D, filter as tf.Tensor4D, geometry.padding)
      : (inputGradient({ inputs: { dy, filter }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
  registerKernel<"x" | "dy", Attributes>(tf.Conv2DBackpropFilter, ({ x, dy }, attrs, backend) => {
    const geometry = geometryOf(x.shape as Shape, attrs.filterShape as Shape, attrs, backend);
    return geometry?.isFilterGradientFaster
      ? winogradFilterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, geometry.padding)
      : (filterGradient({ inputs: { x, dy }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
}

/** What decides which way is faster. Undefined where the algorithm does not apply. */
function geometryOf(x: Shape, filter: Shape, attributes: Attributes, { binding }: TensorFlowBackend) {
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
  return {
    padding: padInfo,
    isFilterGradientFaster: isReached(filterGradient, size),
    isProductFaster: isReached(product, size),
  };
}
