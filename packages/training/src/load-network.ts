import { backboneFromSpec } from "@simclr/backbones";
import { type Backbone, disposeTree, type Head, type ModelSpec, type Parameters } from "@simclr/core";
import { headFromSpec } from "@simclr/heads";
import { type Checkpoint, loadCheckpoint } from "./checkpoint.js";
import { resolveCheckpoint } from "./checkpoint-folder.js";
import { upload } from "./host-tensors.js";

/** A trained backbone with its projection head: what fine-tuning goes on from. */
export interface LoadedNetwork {
  readonly backbone: Backbone;
  readonly head: Head;
  /** Keyed `backbone/...` and `head/...`. */
  readonly params: Parameters;
  /** Batch statistics, keyed alike. */
  readonly state: Parameters;
  /** What the network was loaded from. */
  readonly checkpoint: Omit<Checkpoint, "tensors">;
  /** Frees the parameters and batch statistics. */
  dispose(): void;
}

export interface LoadNetworkOptions {
  /** Builds the backbone of a saved spec. Default: `backboneFromSpec` of @simclr/backbones. */
  readonly backboneFromSpec?: (spec: ModelSpec) => Backbone;
  /** Builds the head of a saved spec. Default: `headFromSpec` of @simclr/heads. */
  readonly headFromSpec?: (spec: ModelSpec) => Head;
}

/**
 * Loads the backbone and the projection head of a run, or of one of its checkpoints, with their numbers: the
 * `TrainableEncoder` that the evaluators of @simclr/evaluation go on from. `loadEncoder` has the backbone alone, ready to
 * encode.
 *
 * @param runFolderOrCheckpoint a run folder means its last checkpoint
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED
 */
export async function loadNetwork(
  runFolderOrCheckpoint: string,
  options: LoadNetworkOptions = {},
): Promise<LoadedNetwork> {
  const { backboneFromSpec: buildBackbone = backboneFromSpec, headFromSpec: buildHead = headFromSpec } = options;
  const { tensors, ...checkpoint } = await loadCheckpoint(await resolveCheckpoint(runFolderOrCheckpoint));
  const [backbone, head] = [buildBackbone(checkpoint.backbone), buildHead(checkpoint.head)];
  const uploaded = (kind: string): Parameters => {
    const own = [...tensors].filter(
      ([path]) => path.startsWith(`${kind}/backbone/`) || path.startsWith(`${kind}/head/`),
    );
    return Object.fromEntries(own.map(([path, tensor]) => [path.slice(kind.length + 1), upload(tensor)]));
  };
  const params = uploaded("params");
  const state = uploaded("batchStats");
  return { backbone, head, params, state, checkpoint, dispose: () => disposeTree([params, state]) };
}
