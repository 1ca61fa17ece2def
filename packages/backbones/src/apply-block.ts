import { checkpointed, type Parameters } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";

/**
 * One block of a network, x to a tensor. With `recompute` only x outlives the forward pass.
 *
 * @param path where the block's parameters lie: those that it has a gradient in
 */
export function applyBlock<T extends tf.Tensor>(
  recompute: "none" | "blocks",
  path: string,
  params: Parameters,
  x: T,
  block: (params: Parameters, x: T) => T,
): T {
  if (recompute === "none") return block(params, x);
  const own = Object.entries(params).filter(([at]) => at.startsWith(`${path}/`));
  return checkpointed({ x, ...Object.fromEntries(own) }, ({ x: input, ...ownParams }) => ({
    output: block(ownParams, input as T),
    auxiliary: {},
  })).output;
}
