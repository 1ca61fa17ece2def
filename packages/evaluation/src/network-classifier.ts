import { type ApplyOptions, type Backbone, below, type Parameters, withPrefix } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Classifier } from "./classifier.js";
import { blockMissing } from "./errors.js";
import { headOutput } from "./head-output.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

export interface NetworkClassifierOptions {
  /** What learns: all of the network (-1), what follows the stem (0) or block group 1 to 4; 4: nothing of the backbone. */
  readonly afterBlock: -1 | 0 | 1 | 2 | 3 | 4;
  /** What the supervised head sees: the features h (0), or what layer k of the projection head makes of them. */
  readonly fromHeadLayer: number;
}

/** The backbone's outputs in order; those before block n + 1 are frozen by `afterBlock: n`. */
const parts = ["stem", "group1", "group2", "group3", "group4"] as const;

/**
 * A classifier on a network of one's own: its backbone, frozen up to a block group, and the first layers of its head.
 *
 * In the frozen part batch norm is in inference mode. The layers of the head up to the chosen one learn, the later ones
 * have no part in it.
 *
 * @throws SIMCLR_ERROR__EVALUATION__BLOCK_MISSING when the backbone cannot be frozen up to that group
 * @throws SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING
 * @see google-research/simclr@383d414 tf2/resnet.py, `fine_tune_after_block`; tf2/model.py, `ft_proj_selector`. Its TF1
 *   code moves the frozen part's batch statistics, and leaves the head's layers as they are.
 */
export function networkClassifier(
  { backbone, head, params, state }: TrainableEncoder,
  { afterBlock, fromHeadLayer }: NetworkClassifierOptions,
  imageShape: readonly [number, number, number],
): Classifier {
  const output = fromHeadLayer === 0 ? undefined : headOutput({ head, params, state }, fromHeadLayer);
  const frozen = afterBlock === 4 ? ["backbone/"] : parts.slice(0, afterBlock + 1).map((part) => `backbone/${part}/`);
  const isFrozen = (path: string) => frozen.some((start) => path.startsWith(start));
  const isWhole = afterBlock === 4;
  const frozenThrough = isWhole ? "features" : parts.find((_, block) => block === afterBlock);
  const inMode = ({ training, ...rest }: ApplyOptions): ApplyOptions => ({
    ...rest,
    training: training && !isWhole,
    ...(frozenThrough && { frozenThrough }),
  });
  if (!isWhole && frozenThrough) {
    assertFreezes(backbone, below("backbone", params), below("backbone", state), frozenThrough, isFrozen, imageShape);
  }
  return {
    featureSize: output?.size ?? backbone.featureSize,
    trains: (path) => {
      if (path.startsWith("backbone/")) return !isFrozen(path);
      return output !== undefined && path.startsWith("head/") && (output.params.has(path) || path in state);
    },
    represent: (ownParams, ownState, images, options) => {
      const seen = backbone.apply(below("backbone", ownParams), below("backbone", ownState), images, inMode(options));
      const features = seen.outputs.features as tf.Tensor2D;
      const backboneState = withPrefix("backbone", seen.state);
      if (!head || !output) return { features, state: backboneState };
      const projected = head.apply(below("head", ownParams), below("head", ownState), features, options);
      return {
        features: projected.outputs[output.name] as tf.Tensor2D,
        state: { ...backboneState, ...withPrefix("head", projected.state) },
      };
    },
  };
}

/** A backbone that does not know `frozenThrough`, or names its layers otherwise, would train what is to stay. */
function assertFreezes(
  backbone: Backbone,
  params: Parameters,
  state: Parameters,
  frozenThrough: string,
  isFrozen: (path: string) => boolean,
  imageShape: readonly [number, number, number],
): void {
  const moved = tf.tidy(() => {
    const images = tf.fill([2, ...imageShape], 0.5) as tf.Tensor4D;
    const result = backbone.apply(params, state, images, { training: true, frozenThrough });
    const same = (path: string) => tf.all(tf.equal(result.state[path] as tf.Tensor, state[path] as tf.Tensor));
    return Object.keys(state).filter((path) => isFrozen(`backbone/${path}`) && same(path).dataSync()[0] === 0);
  });
  const known = Object.keys(params);
  if (moved.length === 0 && known.some((path) => isFrozen(`backbone/${path}`))) return;
  throw blockMissing(frozenThrough, known, moved);
}
