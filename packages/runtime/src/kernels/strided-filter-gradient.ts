import * as tf from "@tensorflow/tfjs-core";
import { backendName } from "../backend/backend.js";
import { registerKernel } from "./kernel.js";

interface FilterGradientAttributes {
  readonly strides: number | readonly [number, number];
  readonly dataFormat: "NHWC" | "NCHW";
  readonly filterShape: readonly [number, number, number, number];
}

/**
 * The filter's gradient of a 1 x 1 convolution with strides: that of the pixels that the convolution saw, without strides.
 *
 * oneDNN's own is wrong for few channels, now and then (TensorFlow 2.21). Of the convolution and its two gradients, in 3267
 * cases each, nothing else is: `pnpm --filter @simclr/benchmarks convolutions`.
 */
export function registerStridedFilterGradient(): void {
  const { kernelFunc } = tf.getKernel(tf.Conv2DBackpropFilter, backendName);
  registerKernel<"x" | "dy", FilterGradientAttributes>(tf.Conv2DBackpropFilter, ({ x, dy }, attributes, backend) => {
    const { strides, dataFormat, filterShape } = attributes;
    const [down, across] = typeof strides === "number" ? [strides, strides] : strides;
    const isAffected =
      filterShape[0] * filterShape[1] === 1 && down * across > 1 && !backend.binding.isUsingGpuDevice();
    if (!isAffected) return kernelFunc({ inputs: { x, dy }, attrs: { ...attributes }, backend }) as tf.Tensor;
    // Means of one pixel: fifteen times as fast as TensorFlow's strided slice.
    const seen =
      dataFormat === "NCHW"
        ? tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 1, down, across])
        : tf.avgPool(x as tf.Tensor4D, 1, [down, across], "valid");
    return kernelFunc({ inputs: { x: seen, dy }, attrs: { ...attributes, strides: [1, 1] }, backend }) as tf.Tensor;
  });
}
