import * as tf from "@tensorflow/tfjs-core";
import { backendName } from "../backend/backend.js";
import { registerKernel } from "./kernel.js";

interface DepthwiseAttributes {
  readonly dilations?: number | readonly [number, number] | null;
}

/** Depthwise convolutions with holes in their filter, which TensorFlow's kernel refuses: the holes become zeros. */
export function registerDilatedDepthwise(): void {
  const { kernelFunc } = tf.getKernel(tf.DepthwiseConv2dNative, backendName);
  registerKernel<"x" | "filter", DepthwiseAttributes>(
    tf.DepthwiseConv2dNative,
    ({ x, filter }, attributes, backend) => {
      const dilations = attributes.dilations ?? 1;
      const [down, across] = typeof dilations === "number" ? [dilations, dilations] : dilations;
      const isDense = down === 1 && across === 1;
      const inputs = { x, filter: isDense ? filter : dilate(filter as tf.Tensor4D, down, across) };
      return kernelFunc({ inputs, attrs: { ...attributes, dilations: [1, 1] }, backend }) as tf.Tensor;
    },
  );
}

/** A filter with `down - 1` rows and `across - 1` columns of zeros between its own. */
function dilate(filter: tf.Tensor4D, down: number, across: number): tf.Tensor {
  const [height, width, channels, multiplier] = filter.shape;
  const apart = tf.reshape(filter, [height, 1, width, 1, channels * multiplier]);
  const padded = tf.pad(apart, [[0, 0], [0, down - 1], [0, 0], [0, across - 1], [0, 0]]); // biome-ignore format: one pair per axis
  const whole = tf.reshape(padded, [height * down, width * across, channels, multiplier]);
  return tf.slice(whole, [0, 0, 0, 0], [(height - 1) * down + 1, (width - 1) * across + 1, channels, multiplier]);
}
