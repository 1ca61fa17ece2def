import { checkpointed, type Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { averagePoolShortcut } from "./average-pool-shortcut.js";
import { applyConvolutionNorm, type LayerResult, type RunOptions } from "./convolution-norm.js";
import type { ResidualBlock } from "./resnet-architecture.js";
import { applySelectiveKernel } from "./selective-kernel.js";
import { applySqueezeExcite } from "./squeeze-excite.js";

/** A block in a tidy of its own: without a gradient to take, only one block's activations are alive at a time. */
export function applyResidualBlock(
  { main, excite, shortcut, shortcutPoolStride }: ResidualBlock,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor4D,
  run: RunOptions,
): LayerResult {
  return tf.tidy(() => {
    const shortcutInput = shortcutPoolStride ? averagePoolShortcut(x, shortcutPoolStride) : x;
    const side = shortcut && applyConvolutionNorm(shortcut, params, state, shortcutInput, run);
    const states = [side?.state ?? {}];
    let y = x;
    for (const layer of main) {
      const apply = (): LayerResult =>
        "streams" in layer
          ? applySelectiveKernel(layer, params, state, y, run)
          : applyConvolutionNorm(layer, params, state, y, run);
      const result = apply();
      y = result.output;
      states.push(result.state);
    }
    if (excite) y = applySqueezeExcite(excite, params, y);
    const output = tf.relu(tf.add<tf.Tensor4D>(y, side?.output ?? x));
    return { output, state: Object.assign({}, ...states) as Parameters } as LayerResult & tf.TensorContainerObject;
  });
}

/** The same, of which only the input outlives the forward pass: the backward pass computes the block again. */
export function recomputeResidualBlock(
  block: ResidualBlock,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor4D,
  run: RunOptions,
): LayerResult {
  const isOwn = ([path]: [string, tf.Tensor]) => path.startsWith(`${block.path}/`);
  const own = Object.fromEntries(Object.entries(params).filter(isOwn));
  const { output, auxiliary } = checkpointed({ x, ...own }, ({ x: input, ...ownParams }) => {
    const result = applyResidualBlock(block, ownParams, state, input as tf.Tensor4D, run);
    return { output: result.output, auxiliary: run.training ? result.state : {} };
  });
  // In inference the state is the very tensors that came in.
  return { output, state: run.training ? auxiliary : Object.fromEntries(Object.entries(state).filter(isOwn)) };
}
