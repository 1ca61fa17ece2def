import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import type { Compile } from "../compile.js";
import type { Model, ModelSpec } from "../model.js";
import type { Parameters } from "../parameters.js";
import { normal, uniform } from "../random.js";
import { foldIn, randomKey } from "../random-key.js";
import { flattenTree, mapTree, type TensorTree } from "../tree.js";
import { expectClose } from "./expect-close.js";
import { expectNoLeak } from "./expect-no-leak.js";

export interface ModelContract {
  readonly create: () => Model;
  /** Builds the model again from its spec. */
  readonly rebuild: (spec: ModelSpec) => Model;
  /** `[batch, ...]`, of at least two examples; the inputs are uniform in [0, 1). */
  readonly inputShape: readonly number[];
  /** The compile to compare with eager execution; without one nothing is compared. */
  readonly compile?: Compile;
  /** How much of its running statistics the model keeps in a training step; left out for a model without state. */
  readonly decay?: number;
}

type Outputs = Readonly<Record<string, tf.Tensor>>;

/** What holds for every {@link Model}, ours or yours: the tests run on the current backend, inside your `describe`. */
export function modelContract({ create, rebuild, inputShape, compile, decay }: ModelContract): void {
  const makeInputs = (): tf.Tensor =>
    tf.tensor(Float32Array.from(uniform(randomKey(7), tf.util.sizeFromShape([...inputShape]))), [...inputShape]);
  /** A point in general position: no scale is exactly 0 or 1, no statistic is as at the start. */
  const generic = (tree: Parameters): Parameters =>
    mapTree(tree, (tensor, path) => {
      const noise = Float32Array.from(normal(foldIn(randomKey(8), path), tensor.size, 0, 0.1));
      return tf.add(tensor, tf.abs(tf.tensor(noise, tensor.shape)));
    });
  const setUp = () => {
    const model = create();
    const { params, state } = model.init(randomKey(1));
    return { model, params: generic(params), state: generic(state), inputs: makeInputs() };
  };
  /** A smooth function of all outputs whose gradient is zero nowhere by symmetry. */
  const objective = (outputs: Outputs): tf.Scalar => {
    const parts = flattenTree(outputs).map(([path, output]) => {
      const weights = Float32Array.from(normal(foldIn(randomKey(9), path), output.size));
      return tf.mean(tf.mul(output, tf.tensor(weights, output.shape)));
    });
    return tf.addN(parts) as tf.Scalar;
  };
  const gradients = (model: Model, params: Parameters, state: Parameters, inputs: tf.Tensor): Parameters => {
    const paths = Object.keys(params);
    if (paths.length === 0) return {};
    const loss = (...tensors: tf.Tensor[]) => {
      const named = Object.fromEntries(paths.map((path, i) => [path, tensors[i] as tf.Tensor]));
      return objective(model.apply(named, state, inputs, { training: true }).outputs);
    };
    const found = tf.grads(loss)(Object.values(params));
    return Object.fromEntries(paths.map((path, i) => [path, found[i] as tf.Tensor]));
  };

  inTidy("starts from its key alone", () => {
    const from = (seed: number) => valuesOf(create().init(randomKey(seed)).params);
    expect(from(1)).toEqual(from(1));
    if (Object.keys(from(1)).length > 0) expect(from(2)).not.toEqual(from(1));
  });

  inTidy("is rebuilt from its spec as JSON, to the bit", () => {
    const { model, params, state, inputs } = setUp();
    const rebuilt = rebuild(JSON.parse(JSON.stringify(model.spec)));
    expect(rebuilt.spec).toEqual(model.spec);
    expect(valuesOf(rebuilt.init(randomKey(1)))).toEqual(valuesOf(model.init(randomKey(1))));
    const [expected, actual] = [model, rebuilt].map((m) => m.apply(params, state, inputs, { training: true }).outputs);
    expect(valuesOf(actual as Outputs)).toEqual(valuesOf(expected as Outputs));
  });

  inTidy("judges each example by itself in inference, and leaves its state alone", () => {
    const { model, params, state, inputs } = setUp();
    const together = model.apply(params, state, inputs, { training: false });
    expect(valuesOf(together.state)).toEqual(valuesOf(state));
    const last = (inputShape[0] as number) - 1;
    const alone = model.apply(params, state, tf.slice(inputs, [last], [1]), { training: false });
    expect(Object.keys(alone.outputs)).toEqual(Object.keys(together.outputs));
    for (const [name, output] of Object.entries(together.outputs))
      expectNear(alone.outputs[name] as tf.Tensor, tf.slice(output, [last], [1]), 1e-5);
  });

  inTidy("keeps the names, order and shapes of its state, and moves it towards the batch by its decay", () => {
    const { model, params, state, inputs } = setUp();
    const elsewhere = mapTree(state, (tensor) => tf.add(tensor, 1));
    const from = (start: Parameters) => model.apply(params, start, inputs, { training: true }).state;
    const [near, far] = [from(state), from(elsewhere)];
    expect(shapesOf(near)).toEqual(shapesOf(state));
    // What is left of a head start of 1 is the decay, for whatever the batch's statistics are ...
    for (const [path, moved] of Object.entries(far))
      expectClose(tf.sub(moved, near[path] as tf.Tensor), new Array(moved.size).fill(decay), { absolute: 1e-5 });
    // ... and these statistics are what training normalizes by: with them, inference gives the same outputs.
    const batch = mapTree(near, (next, path) =>
      tf.div(tf.sub(next, tf.mul(state[path] as tf.Tensor, decay ?? 0)), 1 - (decay ?? 0)),
    );
    const trained = model.apply(params, state, inputs, { training: true }).outputs;
    const inferred = model.apply(params, batch, inputs, { training: false }).outputs;
    for (const [name, output] of Object.entries(trained)) expectNear(inferred[name] as tf.Tensor, output, 1e-3);
  });

  inTidy("lets a gradient through to every parameter", () => {
    const { model, params, state, inputs } = setUp();
    const found = gradients(model, params, state, inputs);
    const largest = mapTree(found, (gradient) => tf.max(tf.abs(gradient)));
    const dead = Object.entries(valuesOf(largest)).filter(([, [value]]) => !(Number.isFinite(value) && value));
    expect(dead.map(([path]) => path)).toEqual([]);
    expect(shapesOf(found)).toEqual(shapesOf(params));
  });

  inTidy("leaves no tensors behind and disposes none of its arguments", () => {
    const { model, params, state, inputs } = setUp();
    expectNoLeak(() => model.init(randomKey(1)));
    expectNoLeak(() => model.apply(params, state, inputs, { training: false }).outputs);
    expectNoLeak(() => model.apply(params, state, inputs, { training: true }));
    expectNoLeak(() => gradients(model, params, state, inputs));
    const borrowed = flattenTree([params, state, inputs]);
    expect(borrowed.filter(([, tensor]) => tensor.isDisposed)).toEqual([]);
  });

  if (!compile) return;
  inTidy("computes the same compiled as it does eagerly", () => {
    const { model, params, state, inputs } = setUp();
    for (const training of [false, true]) {
      const forward = compile((p: Parameters, s: Parameters, x: tf.Tensor) => {
        const { outputs, state: next } = model.apply(p, s, x, { training });
        return { outputs, next };
      });
      const compiled = flattenTree(forward(params, state, inputs));
      const { outputs, state: next } = model.apply(params, state, inputs, { training });
      const expected = new Map(flattenTree({ outputs, next }));
      expect(compiled.map(([path]) => path)).toEqual([...expected.keys()]);
      for (const [path, tensor] of compiled) expectNear(tensor, expected.get(path) as tf.Tensor, 1e-4);
      forward.dispose();
    }
    const backward = compile((p: Parameters, s: Parameters, x: tf.Tensor) => gradients(model, p, s, x));
    const compiled = backward(params, state, inputs);
    for (const [path, gradient] of Object.entries(gradients(model, params, state, inputs)))
      expectNear(compiled[path] as tf.Tensor, gradient, 5e-3);
    backward.dispose();
  });
}

/** A test whose tensors are freed at its end. */
function inTidy(name: string, body: () => void): void {
  it(name, () => {
    tf.tidy(() => body());
  });
}

function valuesOf(tree: TensorTree): Record<string, number[]> {
  return Object.fromEntries(flattenTree(tree).map(([path, tensor]) => [path, [...tensor.dataSync()]]));
}

function shapesOf(tree: TensorTree): (readonly [string, number[]])[] {
  return flattenTree(tree).map(([path, tensor]) => [path, tensor.shape] as const);
}

/** Equal up to a fraction of the largest value. */
function expectNear(actual: tf.Tensor, expected: tf.Tensor, fraction: number): void {
  const largest = Math.max(...expected.dataSync().map(Math.abs), 1e-6);
  expectClose(actual, expected, { absolute: fraction * largest, relative: 0 });
}
