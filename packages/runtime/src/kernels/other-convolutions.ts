import * as tf from "@tensorflow/tfjs-core";
import { backendName, type TensorFlowBackend } from "../backend/backend.js";
import { registerKernel } from "./kernel.js";

export type Shape = tf.Tensor4D["shape"];

/** Of a convolution and of its two gradients. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape?: Shape;
  readonly filterShape?: Shape;
}

/** What is faster than the kernels that are there, of a convolution and its gradients. */
export interface OtherConvolution {
  readonly convolution?: ((x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor) | undefined;
  readonly inputGradient?: ((dy: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor) | undefined;
  readonly filterGradient?: ((x: tf.Tensor4D, dy: tf.Tensor4D) => tf.Tensor) | undefined;
}

/**
 * Puts another algorithm before the kernels of convolutions that are registered: where it has nothing to offer, they go on.
 *
 * @param otherFor what it has for a convolution of `x` by `filter`; undefined where it does not apply
 */
export function registerOtherConvolutions(
  otherFor: (
    x: Shape,
    filter: Shape,
    attributes: ConvolutionAttributes,
    backend: TensorFlowBackend,
  ) => OtherConvolution | undefined,
): void {
  const original = (name: string) => tf.getKernel(name, backendName).kernelFunc;
  const [convolution, inputGradient, filterGradient] = [
    original(tf.Conv2D),
    original(tf.Conv2DBackpropInput),
    original(tf.Conv2DBackpropFilter),
  ];
  type Attributes = ConvolutionAttributes;
  registerKernel<"x" | "filter", Attributes>(tf.Conv2D, ({ x, filter }, attrs, backend) => {
    const other = otherFor(x.shape as Shape, filter.shape as Shape, attrs, backend)?.convolution;
    return other
      ? other(x as tf.Tensor4D, filter as tf.Tensor4D)
      : (convolution({ inputs: { x, filter }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
  registerKernel<"dy" | "filter", Attributes>(tf.Conv2DBackpropInput, ({ dy, filter }, attrs, backend) => {
    const other = otherFor(attrs.inputShape as Shape, filter.shape as Shape, attrs, backend)?.inputGradient;
    return other
      ? other(dy as tf.Tensor4D, filter as tf.Tensor4D)
      : (inputGradient({ inputs: { dy, filter }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
  registerKernel<"x" | "dy", Attributes>(tf.Conv2DBackpropFilter, ({ x, dy }, attrs, backend) => {
    const other = otherFor(x.shape as Shape, attrs.filterShape as Shape, attrs, backend)?.filterGradient;
    return other
      ? other(x as tf.Tensor4D, dy as tf.Tensor4D)
      : (filterGradient({ inputs: { x, dy }, attrs: { ...attrs }, backend }) as tf.Tensor);
  });
}
