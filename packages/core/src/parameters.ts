import type * as tf from "@tensorflow/tfjs-core";
import { simclrError } from "./errors.js";

/** Named tensors keyed by path, `group2/block0/conv1/kernel`. Batch statistics are a second such map. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** A model's trainable parameters and its state, the running statistics that training updates without a gradient. */
export type ModelVariables = {
  readonly params: Parameters;
  readonly state: Parameters;
};

/** Shapes keyed by path. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** The shapes of a model's variables: what `init` would allocate. */
export interface VariableShapes {
  readonly params: Shapes;
  readonly state: Shapes;
}

/** Selects parameters by path; the second argument lets a rule look at a shape. */
export type ParameterPredicate = (path: string, parameter: tf.Tensor) => boolean;

/**
 * The parameter at a path.
 *
 * @throws SIMCLR_ERROR__CORE__PARAMETER_MISSING
 */
export function parameter(parameters: Parameters, path: string): tf.Tensor {
  const found = parameters[path];
  if (found) return found;
  const known = Object.keys(parameters);
  throw simclrError(
    "SIMCLR_ERROR__CORE__PARAMETER_MISSING",
    { path, known },
    {
      expected: `a parameter at "${path}"`,
      received: `${known.length} parameters, the first of them ${known.slice(0, 3).join(", ") || "(none)"}`,
      remedy: "The parameters belong to a model of another spec: depth, width and stem have to be the same.",
    },
  );
}

/** Puts every path below a prefix: `withPrefix("head", {"dense1/kernel": k})` has the path `head/dense1/kernel`. */
export function withPrefix(prefix: string, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([path, tensor]) => [`${prefix}/${path}`, tensor]));
}

/** The parameters below a prefix, without it: the inverse of {@link withPrefix}. */
export function below(prefix: string, parameters: Parameters): Parameters {
  const start = `${prefix}/`;
  const inside = Object.entries(parameters).filter(([path]) => path.startsWith(start));
  return Object.fromEntries(inside.map(([path, tensor]) => [path.slice(start.length), tensor]));
}

/** How many numbers the parameters hold. */
export function countParameters(parameters: Parameters): number {
  return Object.values(parameters).reduce((sum, tensor) => sum + tensor.size, 0);
}
