import { backboneFromSpec } from "@simclr/backbones";
import { type Backbone, type Compile, disposeTree, eager, type ModelSpec, type Parameters } from "@simclr/core";
import { type Checkpoint, loadCheckpoint } from "./checkpoint.js";
import { resolveCheckpoint } from "./checkpoint-folder.js";
import { compileEncoder, type Encode } from "./encoder.js";
import { upload } from "./host-tensors.js";

/** A trained backbone, ready to encode images. */
export interface LoadedEncoder {
  readonly backbone: Backbone;
  readonly params: Parameters;
  readonly batchStats: Parameters;
  /** In inference mode; compiled already where `compile` was given. */
  readonly encode: Encode;
  /** What the encoder was loaded from. */
  readonly checkpoint: Omit<Checkpoint, "tensors">;
  /** Frees the parameters and the recording. */
  dispose(): void;
}

export interface LoadEncoderOptions {
  readonly compile?: Compile;
  /** Builds the backbone of a saved spec. Default: `backboneFromSpec` of @simclr/backbones; a backbone of your own needs yours. */
  readonly backboneFromSpec?: (spec: ModelSpec) => Backbone;
}

/**
 * Loads the backbone of a run, or of one of its checkpoints.
 *
 * @param runFolderOrCheckpoint a run folder means its last checkpoint
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED
 */
export async function loadEncoder(
  runFolderOrCheckpoint: string,
  { compile = eager, backboneFromSpec: build = backboneFromSpec }: LoadEncoderOptions = {},
): Promise<LoadedEncoder> {
  const { tensors, ...checkpoint } = await loadCheckpoint(await resolveCheckpoint(runFolderOrCheckpoint));
  const backbone = build(checkpoint.backbone);
  const saved = Object.fromEntries(tensors);
  const uploaded = (kind: string): Parameters => {
    const prefix = `${kind}/backbone/`;
    const own = Object.entries(saved).filter(([path]) => path.startsWith(prefix));
    return Object.fromEntries(own.map(([path, tensor]) => [path.slice(prefix.length), upload(tensor)]));
  };
  const params = uploaded("params");
  const batchStats = uploaded("batchStats");
  const compiled = compileEncoder(backbone, compile);
  return {
    backbone,
    params,
    batchStats,
    encode: (images) => compiled(params, batchStats, images),
    checkpoint,
    dispose: () => {
      compiled.dispose();
      disposeTree([params, batchStats]);
    },
  };
}
