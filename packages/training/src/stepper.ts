import { type Compiled, disposeTree, type TensorTree } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import type { StepInputs } from "./step-inputs.js";
import type { StepResult, TrainState } from "./train-state.js";

type TrainFunction = Compiled<[TrainState, tf.Tensor4D, TensorTree, TensorTree, ...labels: tf.Tensor1D[]], StepResult>;

/** A state on its way, and the owner of all tensors of the way. */
export interface Stepper {
  /** The state as it is now: borrowed until the next step, the caller's after `close`. */
  readonly state: TrainState;
  /** Makes a step; undefined when there are no more inputs. The caller owns the metrics. */
  advance(): Promise<{ metrics: StepResult["metrics"]; milliseconds: number } | undefined>;
  /** Frees everything but the state. */
  close(): Promise<void>;
}

/** Makes steps one after another; while one computes, the inputs of the next are made. */
export function stepper(
  trainStep: TrainFunction,
  initial: TrainState,
  source: AsyncGenerator<StepInputs, undefined>,
): Stepper {
  let state = initial;
  let upcoming: Promise<IteratorResult<StepInputs, undefined>> | undefined;
  const ask = () => {
    upcoming = source.next();
    // An error is thrown when the inputs are needed; until then it is nobody's.
    upcoming.catch(() => {});
    return upcoming;
  };
  return {
    get state() {
      return state;
    },
    async advance() {
      const { value: inputs } = await (upcoming ?? ask());
      if (!inputs) return undefined;
      try {
        const begun = performance.now();
        const { images, parametersA, parametersB, labels } = inputs;
        const running = trainStep
          .async(state, images, parametersA, parametersB, ...(labels ? [labels] : []))
          .then((result) => ({ ...result, milliseconds: performance.now() - begun }));
        ask();
        const { state: next, ...rest } = await running;
        disposeTree(state);
        state = next;
        return rest;
      } finally {
        disposeTree(inputs);
      }
    },
    async close() {
      const unused = await upcoming?.catch(() => undefined);
      if (unused?.value) disposeTree(unused.value);
      await source.return(undefined);
    },
  };
}
