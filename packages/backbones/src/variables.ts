import {
  foldIn,
  type ModelVariables,
  normalInitializer,
  type RandomKey,
  type VariableShapes,
  varianceScaling,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** What a variable starts as. `"small-normal"` is N(0, 0.02²), as transformers and ConvNeXt start. */
type InitialValue = "zeros" | "ones" | "variance-scaling" | "small-normal" | { readonly constant: number };

/** A variable before it is one: the single place that says its path, shape and first value. */
export interface Variable {
  readonly path: string;
  readonly shape: readonly number[];
  readonly initial: InitialValue;
  /** Whether it is a running statistic: state, without a gradient. */
  readonly isState?: boolean;
}

export function shapesOf(variables: readonly Variable[]): VariableShapes {
  return split(variables, ({ shape }) => shape);
}

export function initVariables(variables: readonly Variable[], key: RandomKey): ModelVariables {
  return split(variables, (variable) => firstValue(variable, key));
}

/** A first value depends on the key and the variable's path alone: the same in a deeper network, and in any order. */
function firstValue({ path, shape, initial }: Variable, key: RandomKey): tf.Tensor {
  const own = foldIn(key, path.replace(/\/kernel$/, ""));
  if (initial === "zeros") return tf.zeros([...shape]);
  if (initial === "ones") return tf.ones([...shape]);
  if (initial === "variance-scaling") return varianceScaling(own, shape);
  if (initial === "small-normal") return normalInitializer(own, shape, 0.02);
  return tf.fill([...shape], initial.constant);
}

function split<Value>(
  variables: readonly Variable[],
  value: (variable: Variable) => Value,
): { params: Readonly<Record<string, Value>>; state: Readonly<Record<string, Value>> } {
  const of = (wanted: boolean) =>
    Object.fromEntries(variables.filter((v) => (v.isState ?? false) === wanted).map((v) => [v.path, value(v)]));
  return { params: of(false), state: of(true) };
}
