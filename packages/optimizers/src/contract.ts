import { type Compile, eager, flattenTree, mapTree, type Parameters, type TensorTree } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { applyUpdates, type GradientTransformation } from "./gradient-transformation.js";
import { masked } from "./masked.js";

export interface OptimizerTraits {
  /** One that brings a bowl of curvatures 1 to 5 and Rosenbrock's valley down to a tenth in 150 steps. */
  readonly learningRate: { readonly bowl: number; readonly valley: number };
  /** Compiles for the backend under test; compiled steps have to equal eager ones. Default: {@link eager}. */
  readonly compile?: Compile;
}

/**
 * The tests that every optimizer passes, on the backend that is current when they run. Its parameters are
 * `point/kernel` and `point/bias`, two numbers each.
 */
export function describeOptimizer(
  name: string,
  make: (learningRate: number) => GradientTransformation,
  { learningRate, compile = eager }: OptimizerTraits,
): void {
  const startingPoint = (): Parameters => ({
    "point/kernel": tf.tensor1d([-0.5, 1]),
    "point/bias": tf.tensor1d([1, -1]),
  });

  describe(`${name} is an optimizer`, () => {
    for (const [landscape, height] of Object.entries({ bowl, valley })) {
      it(`descends the ${landscape}`, () => {
        const rate = learningRate[landscape as "bowl" | "valley"];
        const [before, after] = tf.tidy(() => {
          const params = startingPoint();
          return [height(params), height(descend(make(rate), height, params, 150).params)].map((h) => h.dataSync()[0]);
        }) as unknown as [number, number];
        expect(after).toBeLessThan(before / 10);
      });
    }

    it("keeps the paths, shapes and types of its state", () => {
      tf.tidy(() => {
        const optimizer = make(learningRate.bowl);
        const params = startingPoint();
        const form = (state: TensorTree) => flattenTree(state).map(([path, t]) => [path, t.shape, t.dtype]);
        const { state } = descend(optimizer, bowl, params, 3);
        expect(form(state)).toEqual(form(optimizer.init(params)));
      });
    });

    it("goes on from a saved state as if it had not stopped", () => {
      tf.tidy(() => {
        const optimizer = make(learningRate.bowl);
        const whole = descend(optimizer, bowl, startingPoint(), 6);
        const half = descend(optimizer, bowl, startingPoint(), 3);
        const saved = mapTree({ params: half.params, state: half.state }, (t) =>
          tf.tensor(t.arraySync(), t.shape, t.dtype),
        );
        const resumed = descend(optimizer, bowl, saved.params, 3, { state: saved.state, step: 3 });
        expect(values(resumed.params)).toEqual(values(whole.params));
      });
    });

    it("is pure: the same arguments give the same update, and stay as they are", () => {
      tf.tidy(() => {
        const optimizer = make(learningRate.bowl);
        const { params, state } = descend(optimizer, bowl, startingPoint(), 2);
        const gradients = gradientOf(bowl, params);
        const argumentValues = () => values({ params, state, gradients });
        const update = () => values(optimizer.update(gradients, state, params, tf.scalar(2)));
        const [before, first, second] = [argumentValues(), update(), update()];
        expect(second).toEqual(first);
        expect(argumentValues()).toEqual(before);
      });
    });

    it("moves only what masked selects, by as much as alone", () => {
      tf.tidy(() => {
        const own = startingPoint();
        const params = { ...own, "other/kernel": tf.tensor1d([1, 2]) };
        const gradients: Parameters = mapTree(params, (tensor) => tf.add(tensor, 0.1));
        const optimizer = make(learningRate.bowl);
        const part = masked(optimizer, (path) => path.startsWith("point/"));
        const [updates] = part.update(gradients, part.init(params), params, tf.scalar(0));
        const [alone] = optimizer.update(
          mapTree(own, (_, path) => gradients[path] as tf.Tensor),
          optimizer.init(own),
          own,
          tf.scalar(0),
        );
        expect(values(updates)).toEqual([
          ...values(alone),
          ...values({ "other/kernel": gradients["other/kernel"] as tf.Tensor }),
        ]);
      });
    });

    it("is the same compiled", () => {
      tf.tidy(() => {
        const optimizer = make(learningRate.bowl);
        const compiled = compile((g: Parameters, s: TensorTree, p: Parameters, step: tf.Scalar) => {
          const [updates, state] = optimizer.update(g, s, p, step);
          return { updates, state };
        });
        const params = startingPoint();
        let state: TensorTree = optimizer.init(params);
        for (let i = 0; i < 3; i++) {
          const gradients = mapTree(params, (t) => tf.add(t, i / 10));
          const [updates, next] = optimizer.update(gradients, state, params, tf.scalar(i));
          const other = compiled(gradients, state, params, tf.scalar(i));
          const pairs = flattenTree({ updates, state: next }).map(([path, t]) => [
            t,
            new Map(flattenTree(other)).get(path),
          ]);
          for (const [expected, actual] of pairs) expectClose(actual as tf.Tensor, expected as tf.Tensor);
          state = next;
        }
        compiled.dispose();
      });
    });

    it("leaves no tensor behind", () => {
      const optimizer = make(learningRate.bowl);
      const params = startingPoint();
      expectNoLeak(() => optimizer.init(params));
      const state = optimizer.init(params);
      const gradients = mapTree(params, (t) => tf.onesLike(t));
      const step = tf.scalar(0);
      const borrowed = new Set(flattenTree([params, state, gradients]).map(([, t]) => t));
      const before = tf.memory().numTensors;
      const made = new Set(flattenTree(optimizer.update(gradients, state, params, step)).map(([, t]) => t));
      for (const tensor of made) if (!borrowed.has(tensor)) tensor.dispose();
      expect(tf.memory().numTensors - before).toBe(0);
      tf.dispose([step, ...borrowed]);
    });
  });
}

type Landscape = (params: Parameters) => tf.Scalar;

/** Curvatures 1, 5, 2 and 3 around (3, -2, 0.5, 0.25). */
function bowl(params: Parameters): tf.Scalar {
  const point = tf.concat([params["point/kernel"] as tf.Tensor1D, params["point/bias"] as tf.Tensor1D]);
  const away = tf.sub(point, tf.tensor1d([3, -2, 0.5, 0.25]));
  return tf.sum(tf.mul(tf.tensor1d([0.5, 2.5, 1, 1.5]), tf.square(away)));
}

/** Rosenbrock's function of the kernel's two numbers, steep across and flat along; the bias lies in a bowl. */
function valley(params: Parameters): tf.Scalar {
  const [x, y] = tf.unstack(params["point/kernel"] as tf.Tensor1D) as [tf.Scalar, tf.Scalar];
  const across = tf.mul(100, tf.square(tf.sub(y, tf.square(x))));
  const bias = tf.sum(tf.square(params["point/bias"] as tf.Tensor1D));
  return tf.add(tf.add(across, tf.square(tf.sub(1, x))), bias);
}

function gradientOf(height: Landscape, params: Parameters): Parameters {
  const paths = Object.keys(params);
  const named = (tensors: readonly tf.Tensor[]) =>
    Object.fromEntries(paths.map((p, i) => [p, tensors[i] as tf.Tensor]));
  return named(tf.grads((...tensors: tf.Tensor[]) => height(named(tensors)))(Object.values(params)));
}

function descend<State extends TensorTree>(
  optimizer: GradientTransformation<State>,
  height: Landscape,
  start: Parameters,
  steps: number,
  from: { state: State; step: number } = { state: optimizer.init(start), step: 0 },
): { params: Parameters; state: State } {
  let params = start;
  let state = from.state;
  for (let i = 0; i < steps; i++) {
    const gradients = gradientOf(height, params);
    const [updates, next] = optimizer.update(gradients, state, params, tf.scalar(from.step + i));
    params = applyUpdates(params, updates);
    state = next;
  }
  return { params, state };
}

function values(tree: TensorTree | readonly TensorTree[]): [string, number[]][] {
  return flattenTree(tree as TensorTree).map(([path, tensor]) => [path, [...tensor.dataSync()]]);
}
