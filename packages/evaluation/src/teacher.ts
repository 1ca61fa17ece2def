import { below, type ModelVariables, withPrefix } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import type { Classifier } from "./classifier.js";
import { applySupervisedHead } from "./supervised-head.js";

/**
 * What is asked instead of labels: logits `[count, classCount]` of images `[count, height, width, channels]` in [0, 1]. Part
 * of a compiled step, so it reads no values, and its numbers come in with the step's frozen variables. Borrows its arguments.
 */
export type Teacher = (variables: ModelVariables, images: tf.Tensor4D) => tf.Tensor2D;

/** The path below which a teacher's variables lie, beside those of what learns. */
const teacherPath = "teacher";

/** A trained classifier as a teacher: in inference mode, its variables those of {@link teacherVariables}. */
export function teacherOf({ represent }: Classifier): Teacher {
  return (variables, images) => {
    const [params, state] = [below(teacherPath, variables.params), below(teacherPath, variables.state)];
    return applySupervisedHead(params, represent(params, state, images, { training: false }).features);
  };
}

/** A classifier's variables under the paths of a teacher: the same tensors. */
export function teacherVariables({ params, state }: ModelVariables): ModelVariables {
  return { params: withPrefix(teacherPath, params), state: withPrefix(teacherPath, state) };
}
