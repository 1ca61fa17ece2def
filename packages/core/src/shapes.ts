import type * as tf from "@tensorflow/tfjs-core";
import { simclrError } from "./errors.js";

/**
 * Refuses a tensor whose shape is not as expected. A number must be equal, a name (`"batch"`) stands for any size.
 *
 * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { assertShape } from "@simclr/core";
 * assertShape("images", tf.zeros([2, 32, 32, 3]), ["batch", "height", "width", 3]);
 * ```
 */
export function assertShape(what: string, tensor: tf.Tensor, expected: readonly (number | string)[]): void {
  const fits =
    tensor.shape.length === expected.length &&
    expected.every((size, axis) => typeof size === "string" || size === tensor.shape[axis]);
  if (fits) return;
  throw simclrError(
    "SIMCLR_ERROR__CORE__SHAPE_MISMATCH",
    { what, expected, received: [...tensor.shape] },
    {
      expected: `${what} of shape [${expected.join(", ")}]`,
      received: `[${tensor.shape.join(", ")}]`,
      remedy:
        tensor.shape.length === expected.length - 1
          ? "Did you forget the batch axis? tf.expandDims(x, 0) adds one."
          : "Reshape the tensor, or check which tensor is passed.",
    },
  );
}
