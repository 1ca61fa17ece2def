import { type Compile, eager, invalidArgument } from "@simclr/core";
import type { LabelledFeatures } from "./features.js";
import { lbfgs } from "./lbfgs.js";
import type { LinearObjective } from "./linear-objective.js";
import { softmaxObjective } from "./softmax-objective.js";

export interface LogisticRegressionFitOptions {
  readonly classCount: number;
  /** The strength lambda of the L2 penalty, at least 0. */
  readonly regularization: number;
  /** Converged when no partial derivative of the objective is larger. Default 1e-5; scikit-learn's is 1e-4. */
  readonly tolerance?: number;
  /** Of L-BFGS. Default 1000. */
  readonly maxIterations?: number;
  /** Compiles loss and gradient into one call. Default: `eager`. */
  readonly compile?: Compile;
  /** Stops between two iterations. */
  readonly signal?: AbortSignal;
}

/** A linear classifier: class scores are `features * kernel + bias`. */
export interface LogisticRegressionModel {
  /** `[size, classCount]`, row by row. */
  readonly kernel: Float64Array;
  /** `[classCount]`. */
  readonly bias: Float64Array;
  /** What is left of the objective. */
  readonly objective: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Fits L2-regularised multinomial logistic regression by L-BFGS from zeros. With n rows it minimizes
 *
 *     1/n ( sum_i -log softmax(x_i W + b)[y_i] + lambda/2 |W|² )
 *
 * where b is free. This is scikit-learn's `LogisticRegression(C=1/lambda)`, whatever n is.
 *
 * @param sets rows to learn from; several are as good as one, and are not copied
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 */
export async function fitLogisticRegression(
  sets: readonly LabelledFeatures[],
  options: LogisticRegressionFitOptions,
): Promise<LogisticRegressionModel> {
  const fitter = logisticRegressionFitter(sets, options);
  try {
    return await fitter.fit(options.regularization);
  } finally {
    fitter.dispose();
  }
}

/** Fits the same rows again and again: they are uploaded and compiled once. */
export interface LogisticRegressionFitter {
  /** @param start the weights of a neighbouring strength save iterations */
  fit(regularization: number, start?: LogisticRegressionModel): Promise<LogisticRegressionModel>;
  dispose(): void;
}

export function logisticRegressionFitter(
  sets: readonly LabelledFeatures[],
  options: Omit<LogisticRegressionFitOptions, "regularization">,
): LogisticRegressionFitter {
  return penalizedFitter(softmaxObjective(sets, options.classCount, options.compile ?? eager), sets, options);
}

/**
 * Minimizes the mean of a linear classifier's losses with the penalty `lambda / 2n |W|²`, again and again.
 *
 * @param data is disposed of with the fitter
 */
export function penalizedFitter(
  data: LinearObjective,
  sets: readonly Pick<LabelledFeatures, "count" | "size">[],
  options: Omit<LogisticRegressionFitOptions, "regularization" | "compile">,
): LogisticRegressionFitter {
  const { classCount, signal } = options;
  const { tolerance, maxIterations } = fitSettings(options);
  const size = (sets[0] as LabelledFeatures).size;
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const fit = async (regularization: number, start?: LogisticRegressionModel): Promise<LogisticRegressionModel> => {
    assertRegularization(regularization);
    const from = new Float64Array((size + 1) * classCount);
    if (start) {
      from.set(start.kernel);
      from.set(start.bias, size * classCount);
    }
    const weight = regularization / count;
    const penalized = async (at: Float64Array) => {
      const { value, gradient } = await data.evaluate(at);
      let squares = 0;
      for (let i = 0; i < size * classCount; i++) {
        squares += (at[i] as number) ** 2;
        gradient[i] = (gradient[i] as number) + weight * (at[i] as number);
      }
      return { value: value + (weight / 2) * squares, gradient };
    };
    const { at, value, iterations, converged } = await lbfgs(penalized, from, {
      tolerance,
      maxIterations,
      ...(signal && { signal }),
    });
    const [kernel, bias] = [at.slice(0, size * classCount), at.slice(size * classCount)];
    return { kernel, bias, objective: value, iterations, converged };
  };
  return { fit, dispose: data.dispose };
}

/** Refuses a strength that is no number of at least 0. */
export function assertRegularization(regularization: number): void {
  if (Number.isFinite(regularization) && regularization >= 0) return;
  throw invalidArgument("regularization", regularization, "a finite number of at least 0");
}

/** Fills in the defaults, and refuses what no rows can be fitted with. */
export function fitSettings(options: Pick<LogisticRegressionFitOptions, "tolerance" | "maxIterations">) {
  const { tolerance = 1e-5, maxIterations = 1000 } = options;
  if (!(tolerance > 0)) throw invalidArgument("tolerance", tolerance, "a number above 0");
  if (!Number.isInteger(maxIterations) || maxIterations < 1) {
    throw invalidArgument("maxIterations", maxIterations, "an integer of at least 1");
  }
  return { tolerance, maxIterations };
}
