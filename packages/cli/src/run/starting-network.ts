import { isDeepStrictEqual } from "node:util";
import { backboneFromSpec } from "@simclr/backbones";
import { type Backbone, type Json, type ModelSpec, simclrError } from "@simclr/core";
import { type InitialNetwork, type LoadedNetwork, latestCheckpoint, loadNetwork } from "@simclr/training";
import { backboneName } from "../recipe/backbone-name.js";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { Recipe, RecipeInput } from "../recipe/recipe-schema.js";
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
 * @throws SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE for an encoder that is not the recipe's, images that are not its own, and the errors of
 *   `loadNetwork`
 */
export async function startingNetwork(
  recipe: Recipe,
  imageShape: ImageShape,
  runFolder: string,
): Promise<StartingNetwork | undefined> {
  const { startFrom } = recipe;
  if (startFrom === null) return undefined;
  const network = await loadNetwork((await latestCheckpoint(runFolder)) ? runFolder : startFrom);
  try {
    assertSameEncoder(recipe, network, imageShape);
  } catch (error) {
    network.dispose();
    throw error;
  }
  const backbone = backboneFromSpec({ ...network.backbone.spec, recompute: recipe.backbone.recompute });
  const hasHead = isDeepStrictEqual(buildHead(recipe.head, backbone.featureSize).spec, network.head.spec);
  const taken = (numbers: LoadedNetwork["params"]) =>
    Object.fromEntries(Object.entries(numbers).filter(([path]) => hasHead || path.startsWith("backbone/")));
  return { backbone, params: taken(network.params), state: taken(network.state), hasHead, dispose: network.dispose };
}

/**
 * With that run's own settings the encoder is the recipe's, also where they cannot tell all of it: blocks and heads of a transformer
 * whose size has no name. Settings of somebody's own have to make the same network.
 */
function assertSameEncoder(recipe: Recipe, { backbone: { spec }, checkpoint }: LoadedNetwork, imageShape: ImageShape) {
  const startFrom = recipe.startFrom as string;
  const [height, width, channels] = imageShape;
  const stranger = [recipe.imageSize, height, width].find((side) => side !== spec.imageSize);
  if (spec.kind === "vit" && stranger !== undefined) throw otherImages(startFrom, Number(spec.imageSize), stranger);
  if (spec.inputChannels === channels && isDeepStrictEqual(savedBackbone(checkpoint.recipe), settings(recipe))) return;
  if (isDeepStrictEqual(compared(spec), compared(buildBackbone(recipe, imageShape).spec))) return;
  throw otherEncoder(startFrom, backboneName(recipe.backbone, spec), channels);
}

type ImageShape = Parameters<typeof buildBackbone>[1];

/** Settings of the backbone by which another run was made; undefined where another program made it. */
function savedBackbone(saved: Json | undefined) {
  const { recipe } = (saved ?? {}) as { readonly recipe?: RecipeInput };
  return recipe?.backbone && settings(defineRecipe(recipe));
}

function settings({ backbone: { recompute: _, ...told } }: Recipe) {
  return told;
}

/** What a recipe tells of a backbone; in the rest imported networks differ, and training goes on with what they have. */
function compared(spec: ModelSpec): ModelSpec {
  const { variant, stemActivation, normalization, zeroInitializeLastScale, batchNormDecay, recompute, ...told } = spec;
  return told as ModelSpec;
}

function otherImages(startFrom: string, imageSize: number, received: number) {
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
    { key: "imageSize", received },
    {
      expected: `images of ${imageSize} pixels, whose positions the vision transformer of ${startFrom} knows`,
      received: `${received} pixels`,
      remedy: `Say --set imageSize=${imageSize}, or import the weights again for images of another size.`,
    },
  );
}

function otherEncoder(startFrom: string, name: string, channels: number) {
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
    { key: "startFrom", received: startFrom },
    {
      expected: `a run whose encoder has the recipe's backbone, for images of ${channels} channels`,
      received: `${startFrom}, ${name}`,
      remedy: "Leave the settings of the backbone out: they are then that run's. Its images need as many channels.",
    },
  );
}
