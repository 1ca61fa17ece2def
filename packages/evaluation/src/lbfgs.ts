import { lineSearch, type Point } from "./line-search.js";

/** A smooth function to be minimized, and its gradient, at a point. */
export type Objective = (at: Float64Array) => Promise<{ readonly value: number; readonly gradient: Float64Array }>;

export interface LbfgsOptions {
  /** Converged when no partial derivative is larger than this. Default 1e-5. */
  readonly tolerance?: number;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Steps that are remembered of the function's curvature. Default 10, as SciPy. */
  readonly memory?: number;
  /** Stops between two iterations. */
  readonly signal?: AbortSignal;
}

export interface LbfgsResult {
  readonly at: Float64Array;
  readonly value: number;
  /** The largest partial derivative that is left. */
  readonly gradient: number;
  readonly iterations: number;
  /** Calls of the objective. */
  readonly evaluations: number;
  /** False after `maxIterations`, and where the objective's rounding hides any further descent. */
  readonly converged: boolean;
}

interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly curvature: number;
}

// Iterations without a lower value or gradient than ever before after which the objective's precision is spent.
const patience = 30;

/**
 * Minimizes by L-BFGS: the direction is the gradient times an inverse Hessian known from the last steps, by the two-loop
 * recursion; the length is found by a strong-Wolfe line search. Deterministic; all of it in double precision but what
 * the objective rounds.
 *
 * @see Nocedal and Wright 2006, algorithms 7.4 and 7.5
 */
export async function lbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-5, maxIterations = 1000, memory = 10, signal }: LbfgsOptions = {},
): Promise<LbfgsResult> {
  let evaluations = 0;
  const evaluate = async (at: Float64Array): Promise<Point> => {
    evaluations++;
    return { at, ...(await objective(at)) };
  };
  let point = await evaluate(start);
  let history: Step[] = [];
  let iterations = 0;
  let unseen = 0;
  let lowest = { value: point.value, gradient: largest(point.gradient) };
  const result = (): LbfgsResult => {
    const gradient = largest(point.gradient);
    return { at: point.at, value: point.value, gradient, iterations, evaluations, converged: gradient <= tolerance };
  };
  while (iterations < maxIterations && unseen < patience && largest(point.gradient) > tolerance) {
    signal?.throwIfAborted();
    const direction = descent(point.gradient, history);
    // Nothing is known of the scale before the first step; afterwards, the recursion knows it.
    const length = history.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(direction, direction)));
    const next = await lineSearch(evaluate, point, direction, length);
    if (!next && history.length === 0) break;
    if (!next) {
      history = []; // a direction of no use: forget what made it
      continue;
    }
    const gradient = largest(next.gradient);
    unseen = next.value < lowest.value || gradient < lowest.gradient ? 0 : unseen + 1;
    lowest = { value: Math.min(lowest.value, next.value), gradient: Math.min(lowest.gradient, gradient) };
    const moved = difference(next.at, point.at);
    const turned = difference(next.gradient, point.gradient);
    const curvature = dot(moved, turned);
    if (curvature > 0) history = [...history, { moved, turned, curvature }].slice(-memory);
    point = next;
    iterations++;
  }
  return result();
}

/** The two-loop recursion: minus the inverse Hessian times the gradient. */
function descent(gradient: Float64Array, history: readonly Step[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const weights: number[] = [];
  for (const { moved, turned, curvature } of [...history].reverse()) {
    const weight = dot(moved, direction) / curvature;
    weights.push(weight);
    add(direction, turned, -weight);
  }
  const last = history.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.turned, last.turned);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  }
  for (const { moved, turned, curvature } of history) {
    add(direction, moved, (weights.pop() as number) - dot(turned, direction) / curvature);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + times * (what[i] as number);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] as number));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
