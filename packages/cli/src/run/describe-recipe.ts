import { type BackboneDescription, describe } from "@simclr/backbones";
import { useTensorFlow } from "@simclr/runtime";
import { backboneName } from "../recipe/backbone-name.js";
import { defineRecipe } from "../recipe/define-recipe.js";
import { loadRecipe } from "../recipe/load-recipe.js";
import { withOverrides } from "../recipe/recipe-overrides.js";
import type { Recipe, RecipeInput } from "../recipe/recipe-schema.js";
import { batchSizeFor } from "./batch-size.js";
import { buildBackbone } from "./build-backbone.js";
import { buildHead } from "./build-step.js";
import { numbersIn, objectiveCost } from "./objective-cost.js";

export interface DescribeRecipeOptions {
  /** A recipe, or a built-in one's name, or a file. */
  readonly recipe: string | RecipeInput;
  /** Settings of the recipe to replace: `["batchSize=128", "backbone.depth=50"]`. */
  readonly set?: readonly string[] | undefined;
  /** Channels of the images. Default 3. */
  readonly channels?: number | undefined;
}

export interface RecipeDescription {
  readonly recipe: Recipe;
  /** `ResNet-50 × 2 SK` */
  readonly name: string;
  /** The encoder, for the images of a step that are in memory at a time: all views, fewer with `microBatchSize` and moco. */
  readonly encoder: BackboneDescription;
  /** What the activations would be with `backbone.recompute=blocks`. */
  readonly recomputedActivationBytes: number;
  readonly headParameters: number;
  /** Of byol and simSiam. */
  readonly predictorParameters: number;
  /** Images of a step, two views each; `"auto"` is its largest. */
  readonly batchSize: number;
  /** Bytes that a step needs in float32. The head's activations are not among them, nor is what operations need for a while. */
  readonly bytes: {
    readonly parameters: number;
    readonly gradients: number;
    readonly optimizer: number;
    /** Of a network that follows, and a queue. */
    readonly objective: number;
    readonly activations: number;
  };
  /** Multiplications with additions of the encoder in a step: forward, twice as many backward, and passes without a gradient. */
  readonly multiplyAccumulatesPerStep: number;
}

/** How many numbers an optimizer keeps for each parameter. */
const kept: Readonly<Record<Recipe["optimizer"]["kind"], number>> = { lars: 1, sgd: 1, adam: 2, adamw: 2, lamb: 2 };

/**
 * `simclr describe` as a function: what training by a recipe would need, without images and without allocating it.
 *
 * @throws the errors of recipes
 */
export async function describeRecipe(options: DescribeRecipeOptions): Promise<RecipeDescription> {
  const { recipe: asked, set = [], channels = 3 } = options;
  const recipe = withOverrides(typeof asked === "string" ? await loadRecipe(asked) : defineRecipe(asked), set);
  await useTensorFlow();
  const { backbone, imageSize, head, optimizer } = recipe;
  const batchSize = batchSizeFor(recipe.batchSize, recipe.exampleCount ?? Number.POSITIVE_INFINITY);
  const imageShape = [imageSize, imageSize, channels] as const;
  const network = buildBackbone(recipe, imageShape);
  const projection = buildHead(head, network.featureSize);
  const cost = objectiveCost(recipe, projection, batchSize);
  const described = (recompute: Recipe["backbone"]["recompute"]) =>
    describe(buildBackbone({ backbone: { ...backbone, recompute }, imageSize }, imageShape), {
      imageSize,
      batchSize: cost.imagesInMemory,
    });
  const encoder = described(backbone.recompute);
  const headParameters = numbersIn(projection.variableShapes.params);
  const parameters = 4 * (encoder.parameters + headParameters + cost.predictorParameters);
  const { targetNetwork, numbers } = cost.remembered;
  const statistics = numbersIn(network.variableShapes.state) + numbersIn(projection.variableShapes.state);
  const target = targetNetwork ? encoder.parameters + headParameters + statistics : 0;
  return {
    recipe,
    name: backboneName(backbone),
    encoder,
    recomputedActivationBytes: described("blocks").activationBytes,
    headParameters,
    predictorParameters: cost.predictorParameters,
    batchSize,
    bytes: {
      parameters,
      gradients: parameters,
      optimizer: kept[optimizer.kind] * parameters,
      objective: 4 * (target + numbers),
      activations: encoder.activationBytes,
    },
    multiplyAccumulatesPerStep: cost.imagePasses * encoder.multiplyAccumulatesPerImage,
  };
}
