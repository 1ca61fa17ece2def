import { type BatchMix, cutmix, mixup, randomMix } from "@simclr/augmentations";
import type { EvaluationChoices } from "./evaluation-settings.js";

/** Ways to mix the images of a batch, by the names that options have. */
export const mixNames = ["mixup", "cutmix"] as const;
export type MixName = (typeof mixNames)[number];

/** What was chosen about mixing, with the defaults filled in: `mixupAlpha` 0.2 and `cutmixAlpha` 1, the papers' for ImageNet. */
export function mixSettings({ mix = [], mixupAlpha = 0.2, cutmixAlpha = 1, mixProbability = 1 }: EvaluationChoices) {
  const names = mixNames.filter((name) => mix.includes(name));
  return {
    mix: names,
    ...(names.includes("mixup") && { mixupAlpha }),
    ...(names.includes("cutmix") && { cutmixAlpha }),
    mixProbability,
  };
}

/**
 * The mixture of some names: one of them for each batch, by chance, as torchvision's reference for ImageNet.
 *
 * @returns undefined where none was named
 */
export function batchMix(choices: EvaluationChoices): BatchMix | undefined {
  const { mix, mixupAlpha, cutmixAlpha, mixProbability } = mixSettings(choices);
  if (mix.length === 0) return undefined;
  const mixes: Record<MixName, () => BatchMix> = {
    mixup: () => mixup({ alpha: mixupAlpha as number }),
    cutmix: () => cutmix({ alpha: cutmixAlpha as number }),
  };
  return randomMix(
    mix.map((name) => mixes[name]()),
    { probability: mixProbability },
  );
}
