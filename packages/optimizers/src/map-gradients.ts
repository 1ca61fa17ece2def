import { after, type Parameters, parameter } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import { tidied } from "./tidied.js";

type Rule = (gradient: tf.Tensor, parameter: tf.Tensor, path: string) => tf.Tensor;

/**
 * Applies a rule to each gradient and its parameter, in one tidy.
 *
 * @param prepare makes the rule, and before it the scalars that all parameters share: one constant, not one for each
 * @throws SIMCLR_ERROR__CORE__PARAMETER_MISSING for a gradient without a parameter
 */
export function mapGradients(gradients: Parameters, params: Parameters, prepare: () => Rule): Parameters {
  return tidied(() => {
    const rule = prepare();
    const entries = Object.entries(gradients);
    const ruled = (g: tf.Tensor, path: string) => after(g, () => rule(g, parameter(params, path), path));
    return Object.fromEntries(entries.map(([path, g]) => [path, ruled(g, path)]));
  });
}
