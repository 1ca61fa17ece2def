import { horizontalFlip, randomApply, randomResizedCrop, type View, view } from "@simclr/augmentations";
import type { Recipe } from "../recipe/recipe-schema.js";

/** Supervised training's published view, crop and flip; without the flip where a mirrored image is another one. */
export function supervisedView(
  recipe: Pick<Recipe, "view">,
  imageSize: readonly [height: number, width: number],
): View {
  const { flipProbability } = recipe.view;
  const flips = flipProbability > 0 ? [randomApply(horizontalFlip(), flipProbability)] : [];
  return view([randomResizedCrop({ imageSize }), ...flips]);
}
