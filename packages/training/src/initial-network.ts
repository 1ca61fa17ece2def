import { disposeTree, invalidArgument, type Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { NetworkVariables } from "./network.js";

/** Numbers of a network, keyed `backbone/...` and `head/...`, as `loadNetwork` has them; any may be left out. */
export interface InitialNetwork {
  readonly params: Parameters;
  /** Batch statistics. */
  readonly state: Parameters;
}

/**
 * A network with some of its numbers replaced by copies of the given ones, which are borrowed.
 *
 * @returns owned by the caller, who no longer owns `fresh`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a path that the network has not, or a tensor of another shape
 */
export function withInitial(fresh: NetworkVariables, { params, state }: InitialNetwork): NetworkVariables {
  try {
    for (const [own, given] of [
      [fresh.params, params],
      [fresh.batchStats, state],
    ] as const) {
      for (const [path, { shape }] of Object.entries(given)) refuseMisfit(path, shape, own[path]?.shape);
    }
  } catch (error) {
    disposeTree(fresh);
    throw error;
  }
  return { params: replaced(fresh.params, params), batchStats: replaced(fresh.batchStats, state) };
}

function replaced(own: Parameters, given: Parameters): Parameters {
  const entries = Object.entries(own).map(([path, tensor]) => {
    const other = given[path];
    if (!other) return [path, tensor] as const;
    tensor.dispose();
    return [path, tf.clone(other)] as const;
  });
  return Object.fromEntries(entries);
}

function refuseMisfit(path: string, given: readonly number[], own: readonly number[] | undefined): void {
  if (own && own.join() === given.join()) return;
  const remedy = "Begin with the numbers of the same backbone and head, or leave the head's out.";
  const expected = own ? `"${path}" of shape [${own.join(", ")}]` : `no "${path}", which the network has not`;
  throw invalidArgument("initialNetwork", `"${path}" of shape [${given.join(", ")}]`, expected, remedy);
}
