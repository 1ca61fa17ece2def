import * as tf from "@tensorflow/tfjs-core";
import { DataType } from "../binding/data-types.js";
import { bool, dataType, int, text } from "./attributes.js";
import { registerKernel } from "./kernel.js";

interface MaxPoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number;
  readonly includeBatchInIndex: boolean;
}

/** tf.maxPoolWithArgmax, which tfjs-node lacks. */
export function registerMaxPoolWithArgmax(): void {
  registerKernel<"x", MaxPoolAttributes>(
    tf.MaxPoolWithArgmax,
    ({ x }, { filterSize, strides, pad, includeBatchInIndex }, backend) => {
      const shape = x.shape as [number, number, number, number];
      const pool = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
      const [pooled, indices] = backend.executeMultipleOutputs(
        "MaxPoolWithArgmax",
        [
          int("ksize", [1, pool.filterHeight, pool.filterWidth, 1]),
          int("strides", [1, pool.strideHeight, pool.strideWidth, 1]),
          text("padding", pool.padInfo.type === "SAME" ? "SAME" : "VALID"),
          bool("include_batch_in_index", includeBatchInIndex),
          dataType("Targmax", DataType.int32),
        ],
        [x],
        2,
      );
      return [pooled as tf.Tensor, indices as tf.Tensor];
    },
  );
}
