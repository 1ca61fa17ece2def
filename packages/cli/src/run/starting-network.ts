import { isDeepStrictEqual } from "node:util";
import { backboneFromSpec } from "@simclr/backbones";
import { type Backbone, type ModelSpec, simclrError } from "@simclr/core";
import { type InitialNetwork, type LoadedNetwork, latestCheckpoint, loadNetwork } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";
import { buildHead } from "./build-step.js";

/** What training begins with where it does not begin with random numbers. */
export interface StartingNetwork extends InitialNetwork {
  /** The recipe's, as the other run has it: with its padding and its normalization of images. */
  readonly backbone: Backbone;
  /** Whether the projection head is the other run's too. */
  readonly hasHead: boolean;
  /** Frees the numbers. */
  dispose(): void;
}

/**
 * The network that a recipe's `startFrom` names, for images of a shape; undefined where it names none. A run that goes on from a
 * checkpoint of its own needs the other one no more.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE for an encoder that is not the recipe's, and the errors of `loadNetwork`
 */
export async function startingNetwork(
  recipe: Recipe,
  imageShape: readonly [height: number, width: number, channels: number],
  runFolder: string,
): Promise<StartingNetwork | undefined> {
  const { startFrom } = recipe;
  if (startFrom === null) return undefined;
  const network = await loadNetwork((await latestCheckpoint(runFolder)) ? runFolder : startFrom);
  const { spec } = buildBackbone(recipe, imageShape);
  if (!isDeepStrictEqual(compared(network.backbone.spec), compared(spec))) {
    network.dispose();
    throw otherEncoder(startFrom, imageShape[2]);
  }
  const backbone = backboneFromSpec({ ...network.backbone.spec, recompute: spec.recompute });
  const hasHead = isDeepStrictEqual(buildHead(recipe.head, backbone.featureSize).spec, network.head.spec);
  const taken = (numbers: LoadedNetwork["params"]) =>
    Object.fromEntries(Object.entries(numbers).filter(([path]) => hasHead || path.startsWith("backbone/")));
  return { backbone, params: taken(network.params), state: taken(network.state), hasHead, dispose: network.dispose };
}

/** What a recipe tells of a backbone; in the rest imported networks differ, and training goes on with what they have. */
function compared(spec: ModelSpec): ModelSpec {
  const { variant, stemActivation, normalization, zeroInitializeLastScale, batchNormDecay, recompute, ...told } = spec;
  return told as ModelSpec;
}

function otherEncoder(startFrom: string, channels: number) {
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
    { key: "startFrom", received: startFrom },
    {
      expected: `a run whose encoder has the recipe's backbone, for images of ${channels} channels`,
      received: startFrom,
      remedy: "Leave the settings of the backbone out: they are then that run's. Its images need as many channels.",
    },
  );
}
