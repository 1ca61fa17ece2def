import * as tf from "@tensorflow/tfjs-core";
import { backendName } from "../backend/backend.js";
import { registerKernel } from "./kernel.js";
import { spread } from "./spread.js";

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
  const [rows, columns] = [(height - 1) * down + 1, (width - 1) * across + 1];
  const image = tf.reshape<tf.Rank.R4>(filter, [1, height, width, channels * multiplier]);
  const apart = spread(image, [down, across], [1, rows, columns, channels * multiplier]);
  return tf.reshape(apart, [rows, columns, channels, multiplier]);
}
