import { disposeTree, type TensorTree } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { images, numbers, state, trainingStep } from "../fixtures/training-step.js";
import { compile } from "./compile.js";

beforeAll(async () => {
  await useTensorFlow();
});

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
