import { assertShape, invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertTemperature } from "./assert-views.js";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.js";

export interface DistillationLossOptions {
  /** tau, what both sides' logits are divided by. SimCLR v2 takes 0.1 for self-distillation, 1 for a smaller student. */
  readonly temperature: number;
  /**
   * What equation 2 is multiplied by. Default `"squared temperature"`, tau^2, with which the gradient is about as large at
   * every temperature, as the reference's notebook and Hinton et al. 2015; `"none"` is the equation as it is printed.
   */
  readonly scale?: "squared temperature" | "none";
  /** alpha of equation 3, in [0, 1]. Default 1: the teacher's word alone. */
  readonly distillationWeight?: number;
  /**
   * `[rows, classes]`, a 1 in the row of an image whose label is known, zeros in every other row; gets no gradient. Not read,
   * and needed only, where `distillationWeight` is below 1.
   */
  readonly targets?: tf.Tensor2D;
}

/**
 * Distillation, equation 2 of SimCLR v2 in the mean over rows, P(y|x; tau) being softmax(logits / tau):
 *
 *     distill = -tau^2 / N sum_x sum_y P_teacher(y|x; tau) log P_student(y|x; tau)
 *
 * and with labels equation 3, whose first sum goes over the images that have one:
 *
 *     loss = -(1 - alpha) / N sum_(x, y) log P_student(y|x; 1) + alpha distill
 *
 * The teacher is fixed: its logits get no gradient. A mean over rows is that of all replicas when each has as many. It is
 * smallest where the student agrees with the teacher, and is then not 0 but the entropy of the teacher's word.
 *
 * @param student logits `[rows, classes]`, float32, finite
 * @param teacher logits of the same images and classes
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH for logits or targets of two shapes
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0, another scale, a weight out of its
 *   range, or one below 1 without targets
 * @see Chen et al. 2020b (v2), section 2, equations 2 and 3; google-research/simclr@383d414
 *   colabs/distillation_self_training.ipynb, `add_kd_loss`. The equations have sums and no tau^2, the notebook has both the
 *   mean and tau^2; we follow the notebook, and leave the label's term as it is
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { distillationLoss } from "@simclr/losses";
 * const teacher = tf.tensor2d([[4, 0], [0, 4]]);
 * const undecided = distillationLoss(tf.zeros([2, 2]), teacher, { temperature: 1 }); // ln 2
 * ```
 */
export function distillationLoss(
  student: tf.Tensor2D,
  teacher: tf.Tensor2D,
  options: DistillationLossOptions,
): tf.Scalar {
  const { temperature, scale = "squared temperature", distillationWeight = 1, targets } = options;
  assertShape("student", student, ["rows", "classes"]);
  assertShape("teacher", teacher, student.shape);
  assertTemperature(temperature);
  if (scale !== "squared temperature" && scale !== "none") {
    throw invalidArgument("scale", scale, '"squared temperature" or "none"');
  }
  assertDistillationWeight(distillationWeight);
  if (distillationWeight < 1) {
    const remedy = "Labels come in as rows of a 1 and zeros; without any leave distillationWeight out.";
    if (!targets) throw invalidArgument("targets", targets, "a row for each image, since labels count", remedy);
    assertShape("targets", targets, student.shape);
  }
  return tf.tidy(() => {
    const word = tf.softmax(tf.div<tf.Tensor2D>(teacher, temperature));
    const taught = softmaxCrossEntropy(tf.div(student, temperature), word);
    const distilled = scale === "none" ? taught : tf.mul<tf.Scalar>(taught, temperature ** 2);
    if (distillationWeight === 1 || !targets) return distilled;
    const known = tf.div(tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(student)))), student.shape[0]);
    return tf.add(tf.mul(known, 1 - distillationWeight), tf.mul<tf.Scalar>(distilled, distillationWeight));
  });
}

/** Refuses an alpha that is no share. */
function assertDistillationWeight(weight: number): void {
  if (weight >= 0 && weight <= 1) return;
  throw invalidArgument("distillationWeight", weight, "a number from 0 to 1", "1 leaves labels out, 0 the teacher.");
}
