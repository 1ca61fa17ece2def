import * as tf from "@tensorflow/tfjs-core";
import { simclrError } from "./errors.js";

/** A nesting of tensors: a tensor, a list of trees, or a record of trees. All state of the library has this form. */
export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** The tensors of a tree by path, `"optimizerState/0/momentum"`, in the tree's own order. */
export function flattenTree(tree: TensorTree, path = ""): [path: string, tensor: tf.Tensor][] {
  if (isTensor(tree)) return [[path, tree]];
  const children = Array.isArray(tree) ? tree.entries() : Object.entries(tree);
  return [...children].flatMap(([name, child]) => flattenTree(child, path === "" ? `${name}` : `${path}/${name}`));
}

/**
 * Applies a function to every tensor of a tree and keeps the structure. Borrows the tree.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { mapTree } from "@simclr/core";
 * const doubled = mapTree({ a: tf.scalar(1), b: [tf.scalar(2)] }, (x) => tf.add(x, x));
 * ```
 */
export function mapTree<Tree extends TensorTree>(
  tree: Tree,
  fn: (tensor: tf.Tensor, path: string) => tf.Tensor,
  path = "",
): Tree {
  const below = (name: string | number) => (path === "" ? `${name}` : `${path}/${name}`);
  if (isTensor(tree)) return fn(tree, path) as Tree & tf.Tensor;
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, fn, below(i))) as unknown as Tree;
  const entries = Object.entries(tree as Record<string, TensorTree>);
  return Object.fromEntries(entries.map(([name, child]) => [name, mapTree(child, fn, below(name))])) as Tree;
}

/**
 * A tree of the form of `like` whose tensors are taken from `tensors` by path.
 *
 * @throws SIMCLR_ERROR__CORE__TREE_MISMATCH when a path of `like` is not in `tensors`
 */
export function unflattenTree<Tree extends TensorTree>(like: Tree, tensors: ReadonlyMap<string, tf.Tensor>): Tree {
  return mapTree(like, (_, path) => {
    const tensor = tensors.get(path);
    if (tensor) return tensor;
    throw simclrError(
      "SIMCLR_ERROR__CORE__TREE_MISMATCH",
      { path },
      {
        expected: `a tensor at "${path}"`,
        received: `${tensors.size} other tensors`,
        remedy: "The tree was saved by a model, optimizer or version of another form; load it with that one.",
      },
    );
  });
}

/** Frees every tensor of a tree. Only an owner calls this: functions of the library borrow their arguments. */
export function disposeTree(tree: TensorTree): void {
  for (const [, tensor] of flattenTree(tree)) tensor.dispose();
}

/** Whether a value is a tensor of any copy of TensorFlow.js. */
export function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}
