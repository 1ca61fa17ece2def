import cifar10Quick from "../../../../recipes/cifar10-quick.js";
import cifar10Resnet18 from "../../../../recipes/cifar10-resnet18.js";
import digits from "../../../../recipes/digits.js";
import imagenetResnet50 from "../../../../recipes/imagenet-resnet50.js";
import photos from "../../../../recipes/photos.js";
import type { Recipe } from "./recipe-schema.js";

/** The recipes of the project's `recipes/` folder, by name. They are built into the package. */
export const builtInRecipes: Readonly<Record<string, Recipe>> = {
  digits,
  photos,
  "cifar10-quick": cifar10Quick,
  "cifar10-resnet18": cifar10Resnet18,
  "imagenet-resnet50": imagenetResnet50,
};
