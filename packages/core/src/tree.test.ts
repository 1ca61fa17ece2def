import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { isSimclrError } from "./errors.js";
import { below, countParameters, parameter, withPrefix } from "./parameters.js";
import { assertShape } from "./shapes.js";
import { expectNoLeak } from "./testing.js";
import { disposeTree, flattenTree, isTensor, mapTree, unflattenTree } from "./tree.js";

const makeTree = () => ({ a: tf.scalar(1), b: [tf.scalar(2), { c: tf.tensor1d([3, 4]) }] as const });

function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

it("flattens in its own order, and is built again from paths in any order", () => {
  const tree = makeTree();
  const flat = flattenTree(tree);
  expect(flat.map(([path]) => path)).toEqual(["a", "b/0", "b/1/c"]);
  expect(unflattenTree(tree, new Map(flat.toReversed()))).toEqual(tree);
  expect(flattenTree(tf.scalar(1)).map(([path]) => path)).toEqual([""]);
});

it("maps every tensor with its path and keeps the form", () => {
  const paths: string[] = [];
  const doubled = mapTree(makeTree(), (tensor, path) => {
    paths.push(path);
    return tf.mul(tensor, 2);
  });
  expect(paths).toEqual(["a", "b/0", "b/1/c"]);
  expect(Array.isArray(doubled.b)).toBe(true);
  expect([...doubled.b[1].c.dataSync()]).toEqual([6, 8]);
});

it("names the path that a saved tree lacks", () => {
  const error = thrownBy(() => unflattenTree(makeTree(), new Map([["a", tf.scalar(1)]])));
  expect(isSimclrError(error, "SIMCLR_ERROR__CORE__TREE_MISMATCH") && error.context.path).toBe("b/0");
});

it("disposes of all its tensors", () => {
  expectNoLeak(() => {
    disposeTree(makeTree());
    return undefined;
  });
  expect([isTensor(tf.scalar(1)), isTensor({ shape: [] }), isTensor(null)]).toEqual([true, false, false]);
});

it("moves parameters below a prefix and back, and counts them", () => {
  const params = { "dense1/kernel": tf.zeros([3, 4]), "norm1/scale": tf.ones([4]) };
  const all = { ...withPrefix("head", params), ...withPrefix("head2", { x: tf.scalar(0) }) };
  expect(Object.keys(all)).toEqual(["head/dense1/kernel", "head/norm1/scale", "head2/x"]);
  expect(below("head", all)).toEqual(params);
  expect(countParameters(all)).toBe(17);
  expect(parameter(all, "head2/x")).toBe(all["head2/x"]);
  const error = thrownBy(() => parameter(params, "dense2/kernel"));
  expect(isSimclrError(error, "SIMCLR_ERROR__CORE__PARAMETER_MISSING") && error.context.path).toBe("dense2/kernel");
});

it("asserts shapes: numbers are equal, names stand for any size", () => {
  const images = tf.zeros([2, 8, 8, 3]);
  assertShape("images", images, ["batch", "height", "width", 3]);
  const error = thrownBy(() => assertShape("images", tf.zeros([8, 8, 3]), ["batch", "height", "width", 3]));
  expect(isSimclrError(error, "SIMCLR_ERROR__CORE__SHAPE_MISMATCH") && error.context).toEqual({
    what: "images",
    expected: ["batch", "height", "width", 3],
    received: [8, 8, 3],
  });
  expect((error as Error).message).toContain("Did you forget the batch axis?");
  expect(thrownBy(() => assertShape("images", images, ["batch", 8, 8, 1]))).toBeInstanceOf(Error);
});
