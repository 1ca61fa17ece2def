import cifar10BarlowTwins from "../../../../recipes/cifar10-barlow-twins.js";
import cifar10Byol from "../../../../recipes/cifar10-byol.js";
import cifar10Moco from "../../../../recipes/cifar10-moco.js";
import cifar10Quick from "../../../../recipes/cifar10-quick.js";
import cifar10Resnet18 from "../../../../recipes/cifar10-resnet18.js";
import cifar10SimSiam from "../../../../recipes/cifar10-simsiam.js";
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
  "cifar10-moco": cifar10Moco,
  "cifar10-byol": cifar10Byol,
  "cifar10-simsiam": cifar10SimSiam,
  "cifar10-barlow-twins": cifar10BarlowTwins,
  "imagenet-resnet50": imagenetResnet50,
};
