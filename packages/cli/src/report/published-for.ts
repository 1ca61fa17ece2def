import { linearScaling, squareRootScaling } from "@simclr/optimizers";
import { backboneName } from "../recipe/backbone-name.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { publishedOnCifar10 } from "./published-cifar10.js";
import { publishedOnImagenet } from "./published-imagenet.js";
import type { PublishedResult, PublishedSettings } from "./published-result.js";
import type { ReportedRun } from "./reported-run.js";

/** A published result of the same network on the same images as a run. */
export interface ComparedResult extends PublishedResult {
  /** The settings in which it differs from the run; none: it is the run's own recipe, as far as the source tells. */
  readonly differences: readonly SettingDifference[];
}

interface SettingDifference {
  readonly setting: keyof PublishedSettings;
  readonly published: string | number;
  readonly own: string | number;
}

/** What a source means that does not say otherwise. */
const standard = { loss: "ntXent", transformations: "crop, flip, color, blur" } as const;

type Compared = Pick<ReportedRun, "data" | "recipe" | "exampleCount" | "report" | "evaluations">;

/**
 * What others reached with a run's network on a run's images, those with the fewest other settings first. A run is
 * known by what it does, not by its recipe's name.
 */
export function publishedFor(run: Compared): ComparedResult[] {
  const images = imagesOf(run);
  const { backbone } = run.recipe;
  if (images === undefined || backbone.stem !== (images === "CIFAR-10" ? "cifar" : "imagenet")) return [];
  const own = settingsOf(run);
  return [...publishedOnCifar10, ...publishedOnImagenet]
    .filter((result) => result.images === images && result.backbone === backboneName(backbone))
    .map((result) => ({ ...result, differences: differencesBetween({ ...standard, ...result.settings }, own) }))
    .sort((a, b) => a.differences.length - b.differences.length);
}

/** Which of the images that papers measure on a run has; undefined when none. */
function imagesOf({
  data,
  recipe,
  exampleCount,
  report,
  evaluations,
}: Compared): PublishedResult["images"] | undefined {
  const classes = report?.accuracies?.classCount ?? evaluations[0]?.counts.classes;
  const isCifar = exampleCount === 50_000 || /cifar-?10(?!0)/i.test(data);
  if (isCifar && recipe.imageSize === 32 && (classes ?? 10) === 10) return "CIFAR-10";
  const isImagenet = exampleCount === 1_281_167;
  if (isImagenet && recipe.imageSize === 224 && (classes ?? 1000) === 1000) return "ImageNet";
  return undefined;
}

function settingsOf({ recipe, exampleCount }: Compared): Required<PublishedSettings> {
  const { epochs, objective, loss, temperature, optimizer, head, view } = recipe;
  return {
    exampleCount,
    epochs,
    batchSize: Number(recipe.batchSize),
    loss: objective.kind === "simclr" ? loss.kind : objective.kind,
    transformations: [...view.transformations, ...(view.transformedViews === "first" ? ["of one view"] : [])].join(
      ", ",
    ),
    temperature,
    optimizer: optimizer.kind,
    peakLearningRate: peakLearningRate(recipe),
    weightDecay: optimizer.weightDecay,
    headLayers: { none: 0, linear: 1, nonlinear: head.layers }[head.kind],
    colorStrength: view.colorStrength,
    blurProbability: view.blurProbability,
    grayscaleProbability: view.grayscaleProbability,
    minimumCropArea: view.minimumCropArea,
  };
}

function peakLearningRate({ optimizer, batchSize }: Recipe): number {
  const scaled = { none: (base: number) => base, linear: linearScaling, squareRoot: squareRootScaling };
  return scaled[optimizer.learningRateScaling](optimizer.learningRate, Number(batchSize));
}

function differencesBetween(published: PublishedSettings, own: Required<PublishedSettings>): SettingDifference[] {
  const names = Object.keys(published) as (keyof PublishedSettings)[];
  return names.flatMap((setting) => {
    const [theirs, ours] = [published[setting] as string | number, own[setting]];
    return isSame(theirs, ours) ? [] : [{ setting, published: theirs, own: ours }];
  });
}

/** Rates are rounded where they are published. */
function isSame(a: string | number, b: string | number): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b));
}
