import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { AnchorPairs } from "./anchor-pairs.js";

/**
 * Which negatives of an anchor its loss sees: `"all"`, or `"semi-hard"`, one of them: the most similar one that is
 * less similar than the positive; where none is less similar, the least similar one.
 */
export type NegativeSelection = "all" | "semi-hard";

export const negativeSelections: readonly NegativeSelection[] = ["all", "semi-hard"];

/** Refuses a selection that there is not. */
export function assertNegativeSelection(selection: NegativeSelection): void {
  if (negativeSelections.includes(selection)) return;
  throw invalidArgument("negatives", selection, negativeSelections.map((name) => `"${name}"`).join(" or "));
}

/**
 * The mask of the negatives that a selection keeps, `[anchors, candidates]`, of zeros and ones.
 *
 * Semi-hard is FaceNet's condition, further from the anchor than the positive, and SimCLR's choice of the closest of
 * them. SimCLR also asks for "within the loss margin": the hinge of a margin loss is 0 outside, and the two other losses
 * have no margin. Some anchors have no such negative; they take the furthest, as TensorFlow Addons'
 * `triplet_semihard_loss`, or an encoder that has learned nothing would get no gradient from them.
 *
 * The choice itself has no gradient. Nothing is gathered: the chosen one is a row of a one-hot matrix.
 *
 * @see Schroff et al. 2015, "FaceNet", section 3.2; Chen et al. 2020, section 5.1
 */
export function selectNegatives(selection: NegativeSelection, pairs: AnchorPairs): tf.Tensor2D {
  const { similarities, positives, negatives } = pairs;
  if (selection === "all") return negatives;
  return withoutGradient(similarities, (similarity) => {
    const candidates = similarity.shape[1];
    const ofPositive = tf.sum(tf.mul(similarity, positives), 1, true);
    const isNegative = tf.cast(negatives, "bool");
    const isFurther = tf.logicalAnd(isNegative, tf.less(similarity, ofPositive));
    const closest = tf.argMax(tf.where(isFurther, similarity, tf.fill(similarity.shape, Number.NEGATIVE_INFINITY)), 1);
    const furthest = tf.argMin(
      tf.where(isNegative, similarity, tf.fill(similarity.shape, Number.POSITIVE_INFINITY)),
      1,
    );
    const chosen = tf.where(tf.any(isFurther, 1), closest, furthest);
    return tf.oneHot(tf.cast(chosen, "int32") as tf.Tensor1D, candidates, 1, 0, "float32") as tf.Tensor2D;
  });
}

/** A function of a tensor whose gradient is 0: TensorFlow.js cannot differentiate past a comparison by itself. */
function withoutGradient(x: tf.Tensor2D, fn: (x: tf.Tensor2D) => tf.Tensor2D): tf.Tensor2D {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input] = args as [tf.Tensor2D];
    return { value: fn(input), gradFunc: () => tf.zeros(input.shape) };
  });
  return compute(x) as tf.Tensor2D;
}
