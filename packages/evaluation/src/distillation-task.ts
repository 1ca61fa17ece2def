import { type DistillationLossOptions, distillationLoss } from "@simclr/losses";
import type * as tf from "@tensorflow/tfjs-core";
import type { ClassificationTask } from "./classification-task.js";
import { unknownLabel } from "./partly-labelled.js";
import { singleLabelTask } from "./single-label-task.js";

/**
 * Each image is of one class, which a teacher tells in the place of its label. How many train images come out right is not
 * known, since their labels are not; test images are measured as in any other task.
 */
export function distillationTask(
  options: Pick<DistillationLossOptions, "temperature" | "distillationWeight">,
): ClassificationTask {
  const { accuracy: _, ...task } = singleLabelTask;
  return {
    ...task,
    labelsOf: (__, { labels, indices }) => labels ?? new Int32Array(indices.length).fill(unknownLabel),
    // The row of an unknown label has zeros alone.
    loss: (logits, targets, taught) => distillationLoss(logits, taught as tf.Tensor2D, { ...options, targets }),
  };
}
