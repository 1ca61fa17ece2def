import * as tf from "@tensorflow/tfjs-core";
import type { Communicator } from "../communicator.js";
import { flattenTree, type TensorTree, unflattenTree } from "../tree.js";

interface Contribution {
  readonly shape: number[];
  readonly values: Float32Array;
}

/** What every rank brought to one call of a collective operation, by path. */
type Call = Map<string, Contribution>[];

/**
 * Runs a function once for every replica of an imagined training run, in one process and on any backend, and returns
 * what each rank computed. What a replica gets from the others is exact: the replicas are run again and again, each time
 * with one more of their collective operations answered, until all are.
 *
 * The function must call the same operations in the same order on every rank, as on real machines.
 */
export function emulateReplicas<Result extends TensorTree>(
  size: number,
  replica: (communicator: Communicator) => Result,
): Result[] {
  const calls: Call[] = [];
  for (let answered = 0; ; answered++) {
    const results = Array.from({ length: size }, (_, rank) => replica(recordingCommunicator(calls, rank, size)));
    if (answered >= calls.length) return results;
    for (const result of results) tf.dispose(result as tf.TensorContainer);
  }
}

function recordingCommunicator(calls: Call[], rank: number, size: number): Communicator {
  let next = 0;
  /** The contributions of all ranks to the next call; of ranks that have not come so far, this rank's own. */
  const exchange = (tree: TensorTree): Call => {
    const own = new Map(
      flattenTree(tree).map(([path, tensor]) => {
        const values = Float32Array.from(tensor.dataSync());
        return [path, { shape: tensor.shape, values }] as const;
      }),
    );
    const index = next++;
    const call = calls[index] ?? [];
    calls[index] = call;
    call[rank] = own;
    return Array.from({ length: size }, (_, other) => call[other] ?? own);
  };
  const tensorOf = (contribution: Contribution | undefined) =>
    tf.tensor(contribution?.values ?? [], contribution?.shape);
  const allReduceMean = <Tree extends TensorTree>(tree: Tree): Tree => {
    const all = exchange(tree);
    const means = flattenTree(tree).map(([path]) => {
      const sum = tf.tidy(() => tf.div(tf.addN(all.map((one) => tensorOf(one.get(path)))), size));
      return [path, sum] as const;
    });
    return unflattenTree(tree, new Map(means));
  };
  const allGather = <T extends tf.Tensor>(tensor: T): T => {
    const gather = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const [own] = args as [tf.Tensor];
      const rows = own.shape[0] as number;
      return {
        value: tf.concat(exchange(own).map((one) => tensorOf(one.get("")))),
        gradFunc: (dy: tf.Tensor) => tf.mul(tf.slice(allReduceMean(dy), [rank * rows], [rows]), size),
      };
    });
    return gather(tensor) as T;
  };
  return { rank, size, allReduceMean, allGather };
}
