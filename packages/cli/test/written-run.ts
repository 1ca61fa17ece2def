import { join } from "node:path";
import type { MetricsLine } from "@simclr/training";
import { builtInRecipes } from "../src/recipe/built-in-recipes.js";
import type { Recipe } from "../src/recipe/recipe-schema.js";
import type { Report } from "../src/report/report.js";
import type { SavedEvaluation } from "../src/report/saved-evaluation.js";
import { writeFileWhole } from "../src/run/write-file-whole.js";

/** A run's `report.json`. */
export const report: Report = {
  runFolder: "/runs/a",
  data: "digits",
  recipe: "Photos & more.",
  seed: 3,
  training: { steps: 40, epochs: 4, exampleCount: 800, metrics: { loss: 1 } },
  accuracies: {
    classCount: 3,
    classNames: ["ant", "bee", "<cat>"],
    bankCount: 800,
    testCount: 200,
    neighbours: 200,
    encoders: [
      { encoder: "trained", title: "SimCLR encoder", featureSize: 128, knn: 0.9765, knnInterval: [0.945, 0.99], linear: 0.98349 },
      { encoder: "pixels", title: "raw pixels", featureSize: 784, knn: 0.5, linear: 1 },
    ],
    confusion: { protocol: "linear", counts: [[60, 2, 5], [0, 66, 0], [1, 0, 66]] },
  },
  machine: { node: "22.0.0", platform: "linux x64", cpu: "Some CPU", cores: 2 },
}; // biome-ignore format: matrices are read as such

/** Loss falling by one an epoch, accuracy rising by a quarter, and one probe at the end. */
export const curve: MetricsLine[] = [1, 2, 3, 4].flatMap((epoch): MetricsLine[] => [
  { kind: "train", step: 10 * epoch, epoch, loss: 5 - epoch, contrastiveAccuracy: epoch / 4, imagesPerSecond: 90 + epoch },
  ...(epoch === 4 ? [{ kind: "probe/knn", step: 40, epoch, top1: 0.75 }] : []),
]); // biome-ignore format: one line each

/** What `simclr evaluate` leaves of one protocol and one encoder. */
export function evaluation(changes: Partial<SavedEvaluation> = {}): SavedEvaluation {
  return {
    encoder: "trained",
    encoderTitle: "SimCLR encoder",
    data: "digits",
    protocol: "linear",
    metrics: { top1: 0.9125, top5: 0.99 },
    primary: "top1",
    interval: [0.9, 0.925],
    settings: {},
    counts: { train: 800, validation: 0, test: 200, classes: 3 },
    recipe: null,
    key: [0, 3],
    versions: { "tfjs-core": "4.22.0" },
    seconds: 12.5,
    ...changes,
  };
}

export interface WrittenRun {
  readonly data?: string;
  readonly recipe?: Recipe;
  readonly exampleCount?: number;
  readonly lines?: readonly MetricsLine[];
  /** Null: training has not ended. */
  readonly report?: Report | null;
  /** By the file's name, without its ending. */
  readonly evaluations?: Readonly<Record<string, unknown>>;
}

/** A run's folder as `simclr pretrain` and `simclr evaluate` leave it, without checkpoints. */
export async function writeRun(folder: string, run: WrittenRun = {}): Promise<string> {
  const { data = "digits", lines = curve, exampleCount = 800, evaluations = {} } = run;
  const recipe = run.recipe ?? { ...(builtInRecipes.digits as Recipe), epochs: 4 };
  const write = (name: string, value: unknown) => writeFileWhole(join(folder, name), JSON.stringify(value));
  const dataset = { length: exampleCount, imageShape: [28, 28, 1] };
  await write("config.json", { batchSize: 80, stepsPerEpoch: 10, totalSteps: 40, dataset, recipe: { data, recipe }, versions: { node: "22.0.0" } }); // biome-ignore format: one line
  await writeFileWhole(join(folder, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  if (run.report !== null) await write("report/report.json", { ...(run.report ?? report), runFolder: folder });
  for (const [name, value] of Object.entries(evaluations)) await write(`evaluations/${name}.json`, value);
  return folder;
}
