import { isDeepStrictEqual } from "node:util";
import { type Backbone, simclrError } from "@simclr/core";
import { type InitialNetwork, type LoadedNetwork, latestCheckpoint, loadNetwork } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";
import { buildHead } from "./build-step.js";

/** What training begins with where it does not begin with random numbers. */
export interface StartingNetwork extends InitialNetwork {
  /** The recipe's, as the other run has it: with its normalization of images. */
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
  const own = (await latestCheckpoint(runFolder)) ? runFolder : startFrom;
  const network = await loadNetwork(own);
  const backbone = buildBackbone(recipe, imageShape);
  if (!isOf(backbone, network)) {
    network.dispose();
    throw otherEncoder(startFrom, imageShape[2]);
  }
  const head = buildHead(recipe.head, backbone.featureSize);
  const hasHead = isDeepStrictEqual(head.spec, network.head.spec);
  const taken = (numbers: LoadedNetwork["params"]) =>
    Object.fromEntries(Object.entries(numbers).filter(([path]) => hasHead || path.startsWith("backbone/")));
  return {
    // Another backbone of the same spec may be recomputed in the backward pass.
    backbone: isDeepStrictEqual(backbone.spec, network.backbone.spec) ? backbone : network.backbone,
    params: taken(network.params),
    state: taken(network.state),
    hasHead,
    dispose: network.dispose,
  };
}

/** Whether a network's encoder has the tensors of a backbone. */
function isOf({ variableShapes }: ReturnType<typeof buildBackbone>, { params }: LoadedNetwork): boolean {
  const own = Object.entries(variableShapes.params).map(([path, shape]) => `backbone/${path} ${shape}`);
  const given = Object.entries(params).map(([path, { shape }]) => `${path} ${shape}`);
  return isDeepStrictEqual(own.sort(), given.filter((name) => name.startsWith("backbone/")).sort());
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
