import { flattenTree, type HostTensor, type TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** Reads a tree's numbers, by path. Borrows the tree. */
export async function download(tree: TensorTree): Promise<Map<string, HostTensor>> {
  const read = async ([path, tensor]: [string, tf.Tensor]) => {
    const { shape } = tensor;
    const dtype = tensor.dtype === "int32" ? "int32" : "float32";
    return [path, { dtype, shape, values: await tensor.data<"float32" | "int32">() }] as const;
  };
  return new Map<string, HostTensor>(await Promise.all(flattenTree(tree).map(read)));
}

/** A tensor of numbers on the host, owned by the caller. */
export function upload({ values, shape, dtype }: HostTensor): tf.Tensor {
  return tf.tensor(values, [...shape], dtype);
}
