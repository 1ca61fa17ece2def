import { batchNorm, convolution, disposeTree, mapTree, type TensorTree } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Runtime, useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "./compile.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await useTensorFlow();
});

const numbers = (shape: number[], seed = 1) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * 12.9898 + seed)),
    shape,
  );

/** A small network of everything that a training step is made of: its loss, new parameters and new statistics. */
const state = () => ({
  params: {
    kernel: numbers([3, 3, 2, 4], 2),
    scale: tf.ones([4]),
    offset: numbers([4], 3),
    weights: numbers([4, 3], 4),
  },
  running: { mean: tf.zeros([4]), variance: tf.ones([4]) },
});
type State = ReturnType<typeof state>;
const images = () => numbers([6, 8, 8, 2]) as tf.Tensor4D;

function trainingStep({ params, running }: State, x: tf.Tensor4D, rate: tf.Scalar) {
  let statistics = running;
  const loss = (kernel: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, weights: tf.Tensor): tf.Scalar => {
    const options = { training: true, scale: scale as tf.Tensor1D, offset: offset as tf.Tensor1D };
    const h = batchNorm(convolution(x, kernel as tf.Tensor4D), running as never, options);
    statistics = mapTree({ ...h.statistics }, tf.keep);
    const logits = tf.matMul<tf.Tensor2D>(tf.mean(tf.relu(h.output), [1, 2]), weights as tf.Tensor2D);
    return tf.neg(tf.mean<tf.Scalar>(tf.logSoftmax(logits)));
  };
  const names = Object.keys(params) as (keyof State["params"])[];
  const { value, grads } = tf.valueAndGrads(loss as never)(names.map((name) => params[name]));
  const updated = names.map((name, i) => [name, tf.sub(params[name], tf.mul(rate, grads[i] as tf.Tensor))]);
  return { loss: value, state: { params: Object.fromEntries(updated), running: statistics } as State };
}

function expectTreesClose(actual: TensorTree, expected: TensorTree, tolerance = { absolute: 1e-5, relative: 1e-4 }) {
  const flat = (tree: TensorTree): tf.Tensor[] =>
    tree instanceof tf.Tensor ? [tree] : Object.values(tree as Record<string, TensorTree>).flatMap(flat);
  const [a, e] = [flat(actual), flat(expected)];
  expect(a.map(({ shape, dtype }) => [shape, dtype])).toEqual(e.map(({ shape, dtype }) => [shape, dtype]));
  for (const [i, tensor] of e.entries()) expectClose(a[i] as tf.Tensor, tensor, tolerance);
}

describe("a compiled training step", () => {
  it.each([{ xla: true }, { xla: false }])("equals the eager one, step after step, with %j", (options) => {
    const compiled = compile(trainingStep, options);
    let [a, b] = [state(), state()];
    for (let i = 0; i < 3; i++) {
      const [x, rate] = [numbers([6, 8, 8, 2], i) as tf.Tensor4D, tf.scalar(0.1 / (i + 1))];
      const actual = compiled(a, x, rate);
      const expected = trainingStep(b, x, rate);
      expectTreesClose(actual, expected);
      [a, b] = [actual.state, expected.state];
    }
    compiled.dispose();
  });

  it("stays near float32 in bfloat16, and is not float32", () => {
    const narrow = compile(trainingStep, { precision: "bfloat16" });
    const result = narrow(state(), images(), tf.scalar(0.1));
    const exact = trainingStep(state(), images(), tf.scalar(0.1));
    expectTreesClose(result, exact, { absolute: 0.02, relative: 0.02 });
    expect(result.loss.dataSync()).not.toEqual(exact.loss.dataSync());
    narrow.dispose();
  });

  it("is recorded anew for new shapes, types and structures, and only then", () => {
    let recordings = 0;
    const compiled = compile((tree: { x: tf.Tensor; rest?: tf.Tensor[] }) => {
      recordings++;
      return tf.add(tree.x, tree.rest ? tf.addN(tree.rest) : 1);
    });
    const values = (tree: { x: tf.Tensor; rest?: tf.Tensor[] }) => [...compiled(tree).dataSync()];
    expect(values({ x: tf.tensor1d([1, 2]) })).toEqual([2, 3]);
    expect(values({ x: tf.tensor1d([5, 6]) })).toEqual([6, 7]);
    expect(recordings).toBe(1);
    expect(values({ x: tf.tensor1d([5, 6, 7]) })).toEqual([6, 7, 8]);
    expect(values({ x: tf.tensor1d([5, 6], "int32") })).toEqual([6, 7]);
    expect(values({ x: tf.tensor1d([5, 6]), rest: [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])] })).toEqual([9, 12]);
    expect(values({ x: tf.tensor1d([7, 8]) })).toEqual([8, 9]);
    expect(recordings).toBe(4);
    compiled.dispose();
  });
});

describe("arguments and results", () => {
  it("may be one tensor in two places, now or later", () => {
    const compiled = compile((a: tf.Tensor, b: tf.Tensor) => [tf.sub(a, b), tf.sub(b, a)]);
    const [x, y] = [tf.scalar(3), tf.scalar(1)];
    expect(compiled(x, x).map((t) => t.dataSync()[0])).toEqual([0, 0]);
    expect(compiled(x, y).map((t) => t.dataSync()[0])).toEqual([2, -2]);
    compiled.dispose();
  });

  it("come back as tensors of their own when they are passed on", () => {
    const outside = tf.scalar(7);
    const compiled = compile((a: tf.Tensor) => {
      const twice = tf.mul(a, 2);
      return { a, again: tf.clone(a), twice, alsoTwice: twice, outside };
    });
    const before = tf.memory().numTensors;
    const argument = tf.scalar(5);
    const result = compiled(argument);
    argument.dispose();
    result.twice.dispose();
    const read = ({ a, again, alsoTwice, outside }: typeof result) =>
      [a, again, alsoTwice, outside].map((t) => t.dataSync()[0]);
    expect(read(result)).toEqual([5, 5, 10, 7]);
    disposeTree([result.a, result.again, result.alsoTwice, result.outside]);
    expect(tf.memory().numTensors).toBe(before);
    expect(outside.dataSync()[0]).toBe(7);
    compiled.dispose();
  });

  it("may be of every type of TensorFlow.js", () => {
    const compiled = compile(
      (floats: tf.Tensor, ints: tf.Tensor, flags: tf.Tensor) => ({
        floats: tf.where(tf.cast(flags, "bool"), floats, tf.neg(floats)),
        ints: tf.add(ints, tf.scalar(1, "int32")),
        flags: tf.logicalNot(flags),
        z: tf.complex(floats, tf.zerosLike(floats)),
      }),
      { name: "types" },
    );
    const { floats, ints, flags, z } = compiled(
      tf.tensor1d([1, 2]),
      tf.tensor1d([3, 4], "int32"),
      tf.tensor1d([1, 0], "bool"),
    );
    expect([floats, ints, flags, z].map((t) => t.dtype)).toEqual(["float32", "int32", "bool", "complex64"]);
    expect([floats, ints, flags, z].map((t) => [...t.dataSync()])).toEqual([
      [1, -2],
      [4, 5],
      [0, 1],
      [1, 0, 2, 0],
    ]);
    compiled.dispose();
  });

  it("refuse what is disposed, by its path", () => {
    const compiled = compile((x: tf.Tensor) => {
      let inside = x;
      tf.tidy(() => {
        inside = tf.neg(x);
      });
      return { list: [x, inside] };
    });
    expect(() => compiled(tf.scalar(1))).toThrow(/SIMCLR_ERROR__RUNTIME__TENSOR_DISPOSED.*"\/list\/1"/);
  });

  it("refuse what is no tensor, by its path", () => {
    const compiled = compile((tree: { x: tf.Tensor[] }) => tree.x, { name: "picky" });
    expect(() => compiled({ x: [tf.scalar(1), 2 as never] })).toThrow(
      /SIMCLR_ERROR__RUNTIME__NOT_A_TENSOR: expected picky.*"\/0\/x\/1"/,
    );
  });
});

describe("what a function closes over", () => {
  it("is kept as it was, also when it is disposed outside", () => {
    const [used, large] = [tf.add(tf.scalar(1), 2), tf.range(0, 1000)];
    const compiled = compile((x: tf.Tensor) => tf.add(tf.mul(x, used), tf.sum(large)));
    expect(compiled(tf.scalar(2)).dataSync()[0]).toBe(499506);
    tf.dispose([used, large]);
    expect(compiled(tf.scalar(3)).dataSync()[0]).toBe(499509);
    compiled.dispose();
  });

  it("may hold values that no operation has used yet", () => {
    const fresh = tf.tensor1d([1, 2]);
    const compiled = compile((x: tf.Tensor) => tf.add(x, fresh));
    expect([...compiled(tf.scalar(1)).dataSync()]).toEqual([2, 3]);
    expect([...tf.neg(fresh).dataSync()]).toEqual([-1, -2]);
    compiled.dispose();
  });

  it("may be variables, which are read and assigned at every call", () => {
    const variable = tf.variable(tf.scalar(1), true);
    const optimizer = tf.train.sgd(0.5);
    const compiled = compile((x: tf.Tensor) => {
      const loss = () => tf.square(tf.sub(variable, x)) as tf.Scalar;
      return optimizer.minimize(loss, true, [variable]) as tf.Scalar;
    });
    expect(compiled(tf.scalar(4)).dataSync()[0]).toBe(9);
    expect(variable.dataSync()[0]).toBe(4); // 1 - 0.5 * 2 * (1 - 4)
    variable.assign(tf.scalar(10));
    const target = tf.scalar(6);
    const before = tf.memory().numTensors;
    compiled(target).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(variable.dataSync()[0]).toBe(6);
    compiled.dispose();
    variable.dispose();
  });

  it("may be constants that it makes once and keeps for later", () => {
    let kept: tf.Tensor | undefined;
    const compiled = compile((x: tf.Tensor) => {
      kept ??= tf.keep(tf.tensor1d([1, 2]));
      return tf.mul(x, kept);
    });
    expect([...compiled(tf.scalar(3)).dataSync()]).toEqual([3, 6]);
    expect([...tf.neg(kept as tf.Tensor).dataSync()]).toEqual([-1, -2]);
    compiled.dispose();
  });

  it("cannot be a variable that it makes", () => {
    const compiled = compile(() => tf.variable(tf.scalar(1), true, "late"), { name: "maker" });
    expect(() => compiled()).toThrow(/VARIABLE_CREATED_WHILE_RECORDING: expected maker.*"late"/);
  });
});

describe("arrays made inside", () => {
  it("have their values, uniform or not", () => {
    const compiled = compile((x: tf.Tensor) => [
      tf.mul(x, tf.ones([100])),
      tf.add(x, tf.zeros([100], "int32")),
      tf.mul(x, tf.tensor1d(Array.from({ length: 100 }, (_, i) => i))),
      tf.logicalAnd(tf.greater(x, 0), tf.ones([100], "bool")),
    ]);
    const values = compiled(tf.scalar(3)).map((t) => t.dataSync());
    expect(values.map((v) => [v[0], v[1], v[99]])).toEqual([
      [3, 3, 3],
      [3, 3, 3],
      [0, 3, 297],
      [1, 1, 1],
    ]);
    compiled.dispose();
  });
});

describe("inside another function", () => {
  it("runs as it is: in a compiled function and in a gradient", () => {
    const square = compile((x: tf.Tensor) => tf.mul(x, x));
    const outer = compile((x: tf.Tensor) => tf.grad((y) => square(y))(x));
    expect(outer(tf.scalar(3)).dataSync()[0]).toBe(6);
    expect(
      tf
        .grad((y) => square(y))(tf.scalar(4))
        .dataSync()[0],
    ).toBe(8);
    for (const compiled of [square, outer]) compiled.dispose();
  });

  it("runs as it is on another backend", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    const compiled = compile((x: tf.Tensor) => tf.scalar((x.dataSync()[0] as number) + 1));
    expect(compiled(tf.scalar(1)).dataSync()[0]).toBe(2);
    expect((await compiled.async(tf.scalar(2))).dataSync()[0]).toBe(3);
    await tf.setBackend("tensorflow");
  });
});

describe("async", () => {
  it("leaves the event loop free, with several calls under way", async () => {
    const compiled = compile((x: tf.Tensor) => {
      let y = x as tf.Tensor2D;
      for (let i = 0; i < 10; i++) y = tf.matMul(y, tf.mul(x, 0.002));
      return { y };
    });
    const x = tf.randomUniform<tf.Rank.R2>([500, 500]);
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    const calls = [1, 2, 3].map((factor) => {
      const argument = tf.mul(x, factor);
      const call = compiled.async(argument);
      argument.dispose(); // the call holds what it needs
      return call;
    });
    setImmediate(turn);
    const results = await Promise.all(calls);
    running = false;
    expect(turns).toBeGreaterThan(results.length);
    for (const [i, { y }] of results.entries()) expectTreesClose(y, compiled(tf.mul(x, i + 1)).y);
    compiled.dispose();
  });

  it("passes errors on, and is refused after dispose", async () => {
    const compiled = compile((x: tf.Tensor) => tf.tensor1d(x.dataSync()), { name: "reader" });
    await expect(compiled.async(tf.scalar(1))).rejects.toThrow("READ_WHILE_RECORDING");
    compiled.dispose();
    await expect(compiled.async(tf.scalar(1))).rejects.toThrow("COMPILED_DISPOSED");
    expect(() => compiled(tf.scalar(1))).toThrow("COMPILED_DISPOSED");
  });
});

describe("memory", () => {
  it("is flat over 200 calls, in TensorFlow.js and in TensorFlow", () => {
    const compiled = compile(trainingStep);
    let current = state();
    const [x, rate] = [images(), tf.scalar(0.01)];
    const step = () => {
      const { loss, state: next } = compiled(current, x, rate);
      disposeTree(current);
      loss.dispose();
      current = next;
    };
    step();
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, runtime.nativeTensorCount()];
    for (let i = 0; i < 200; i++) step();
    expect([tf.memory().numTensors, tf.memory().numDataBuffers, runtime.nativeTensorCount()]).toEqual(before);
    compiled.dispose();
  });

  it("holds nothing of a recording, nor of one that failed", () => {
    const [x, rate, s] = [images(), tf.scalar(0.01), state()];
    tf.dispose(trainingStep(s, x, rate)); // puts the arguments into TensorFlow's memory
    const native = runtime.nativeTensorCount();
    expectNoLeak(() => {
      const compiled = compile(trainingStep);
      disposeTree(compiled(s, x, rate));
      compiled.dispose();
      const failing = compile((tree: State) =>
        tf.grad((kernel) => {
          tf.keep(tf.relu(kernel));
          return tf.scalar(tf.sum(tf.relu(kernel)).dataSync()[0] as number);
        })(tree.params.kernel),
      );
      expect(() => failing(s)).toThrow("READ_WHILE_RECORDING");
      return undefined;
    });
    expect(runtime.nativeTensorCount()).toBe(native);
    expect(
      tf
        .grad((t) => tf.sum(tf.square(t)))(tf.scalar(3))
        .dataSync()[0],
    ).toBe(6);
  });
});
