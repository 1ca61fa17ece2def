import type { TensorTree } from "@simclr/core";
import {
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  type GradientTransformation,
  lamb,
  lars,
  masked,
  momentum,
  normBiasAndSupervisedHead,
  type Schedule,
} from "@simclr/optimizers";
import type { Recipe } from "../recipe/recipe-schema.js";

/** The rule that a recipe's parameters move by, at a learning rate. */
export function buildOptimizer(
  recipe: Recipe["optimizer"],
  learningRate: Schedule,
): GradientTransformation<TensorTree> {
  const optimizer = buildRule(recipe, learningRate);
  if (recipe.clipGlobalNorm === null) return optimizer;
  // A linear probe's gradient must not shorten the encoder's.
  const isTaught = (path: string) => !path.startsWith("supervisedHead/");
  const clip = masked(clipByGlobalNorm({ maximumNorm: recipe.clipGlobalNorm }), isTaught);
  return chain<readonly TensorTree[]>(clip, optimizer);
}

function buildRule(recipe: Recipe["optimizer"], learningRate: Schedule): GradientTransformation<TensorTree> {
  const { kind, momentum: decay, nesterov, weightDecay, beta1, beta2, trustCoefficient } = recipe;
  if (kind === "lars") {
    const { clipTrustRatio: clip, larsVariant: variant } = recipe;
    return lars({ learningRate, momentum: decay, weightDecay, nesterov, trustCoefficient, clip, variant });
  }
  if (kind === "lamb") return lamb({ learningRate, weightDecay, beta1, beta2 });
  const decayed = { learningRate, weightDecay, excludes: normBiasAndSupervisedHead };
  if (kind === "adam") return adam({ ...decayed, beta1, beta2 });
  if (kind === "adamw") return adamw({ ...decayed, beta1, beta2 });
  return momentum({ ...decayed, momentum: decay, nesterov });
}
