import type { PublishedAccuracy, PublishedResult, PublishedSettings } from "./published-result.js";

const arxiv = "https://arxiv.org/abs/2002.05709";
const paper = { name: "Chen et al. 2020, section 6", url: arxiv };
const tableB1 = { name: "Chen et al. 2020, table B.1", url: arxiv };
const lightly = { name: "lightly, ImageNet benchmark", url: "https://github.com/lightly-ai/lightly" };
const vissl = { name: "VISSL, model zoo", url: "https://github.com/facebookresearch/vissl" };
const simclr2 = { name: "google-research/simclr, README, SimCLRv2", url: "https://github.com/google-research/simclr" };

const imagenet = { exampleCount: 1_281_167, temperature: 0.1, colorStrength: 1, blurProbability: 0.5 } as const;
const lars = { ...imagenet, optimizer: "lars", weightDecay: 1e-6, headLayers: 2 } as const;

function row(
  source: PublishedResult["source"],
  [depth, width, selectiveKernels]: readonly [depth: number, width: number, selectiveKernels?: "SK"],
  settings: PublishedSettings,
  accuracies: readonly PublishedAccuracy[],
): PublishedResult {
  const backbone = [`ResNet-${depth}`, width !== 1 && `× ${width}`, selectiveKernels].filter(Boolean).join(" ");
  return { images: "ImageNet", backbone, settings, accuracies, source };
}

const linear = (percent: number): PublishedAccuracy => ({ protocol: "linear", top1: percent / 100 });
const tuned = (labelFraction: number, percent: number): PublishedAccuracy => ({ protocol: "fine-tune", labelFraction, top1: percent / 100 }); // biome-ignore format: one line
const whole = { ...lars, epochs: 1000, batchSize: 4096, peakLearningRate: 4.8 } as const;
const v2 = { ...imagenet, optimizer: "lars", weightDecay: 1e-4, headLayers: 3, epochs: 800, batchSize: 4096, peakLearningRate: 6.4 } as const; // biome-ignore format: one line

/** Linear accuracy of ResNet-50 after 100, 200, 400 and 800 epochs, with the learning rate scaled linearly and by the root. */
const byBatchSize: readonly (readonly [batchSize: number, linearly: readonly number[], byRoot: readonly number[]])[] = [
  [256, [57.5, 61.9, 64.7, 66.6], [62.8, 64.3, 65.7, 66.5]],
  [512, [60.7, 64.0, 66.2, 67.8], [63.8, 65.6, 66.7, 67.4]],
  [1024, [62.8, 65.3, 67.2, 68.5], [64.3, 66.1, 67.2, 68.3]],
  [2048, [64.0, 66.1, 68.1, 68.9], [64.7, 66.8, 67.9, 68.8]],
  [4096, [64.6, 66.5, 68.2, 68.9], [64.5, 66.8, 68.0, 69.1]],
  [8192, [64.8, 66.6, 67.8, 69.0], [64.8, 67.0, 68.3, 69.1]],
]; // biome-ignore format: a table

const table = byBatchSize.flatMap(([batchSize, linearly, byRoot]) =>
  [100, 200, 400, 800].flatMap((epochs, i) => {
    const rows: readonly (readonly [rate: number, percent: number])[] = [
      [(0.3 * batchSize) / 256, linearly[i] as number],
      [0.075 * Math.sqrt(batchSize), byRoot[i] as number],
    ];
    return rows.map(([peakLearningRate, percent]) =>
      row(tableB1, [50, 1], { ...lars, epochs, batchSize, peakLearningRate }, [linear(percent)]),
    );
  }),
);

/** SimCLR on ImageNet, views of 224 pixels. */
export const publishedOnImagenet: readonly PublishedResult[] = [
  row(paper, [50, 1], whole, [linear(69.3), tuned(0.01, 48.3), tuned(0.1, 65.6)]),
  row(paper, [50, 2], whole, [linear(74.2), tuned(0.01, 58.5), tuned(0.1, 71.7)]),
  row(paper, [50, 4], whole, [linear(76.5), tuned(0.01, 63), tuned(0.1, 74.4)]),
  ...table,
  row(lightly, [50, 1], { ...lars, epochs: 100, batchSize: 256, peakLearningRate: 1.2 }, [{ protocol: "knn", top1: 0.448 }, linear(63.2), tuned(1, 73.9)]),
  ...([[100, 64.4], [200, 66.61], [400, 67.71], [800, 69.68], [1000, 68.8]] as const).map(([epochs, percent]) =>
    row(vissl, [50, 1], { exampleCount: 1_281_167, epochs, batchSize: 4096, peakLearningRate: 4.8 }, [linear(percent)])),
  row(vissl, [50, 2], { exampleCount: 1_281_167, epochs: 100, batchSize: 4096 }, [linear(69.82)]),
  row(vissl, [50, 2], { exampleCount: 1_281_167, epochs: 1000, batchSize: 4096 }, [linear(73.84)]),
  row(vissl, [101, 1], { exampleCount: 1_281_167, epochs: 100, batchSize: 4096 }, [linear(62.76)]),
  row(vissl, [101, 1], { exampleCount: 1_281_167, epochs: 1000, batchSize: 4096 }, [linear(71.56)]),
  row(simclr2, [50, 1], v2, [linear(71.7), tuned(0.01, 57.9), tuned(0.1, 68.4), tuned(1, 76.3)]),
  row(simclr2, [50, 2], v2, [linear(75.6), tuned(0.01, 66.3), tuned(0.1, 73.9), tuned(1, 79.1)]),
  row(simclr2, [101, 1], v2, [linear(73.6), tuned(0.01, 62.1), tuned(0.1, 71.4), tuned(1, 78.2)]),
  row(simclr2, [101, 2], v2, [linear(77), tuned(0.01, 69.1), tuned(0.1, 75.8), tuned(1, 80.7)]),
  row(simclr2, [152, 1], v2, [linear(74.5), tuned(0.01, 64), tuned(0.1, 73), tuned(1, 79.3)]),
  row(simclr2, [152, 2], v2, [linear(77.4), tuned(0.01, 70.2), tuned(0.1, 76.6), tuned(1, 81.1)]),
  row(simclr2, [50, 1, "SK"], v2, [linear(74.6), tuned(0.01, 64.5), tuned(0.1, 72.1), tuned(1, 78.7)]),
  row(simclr2, [50, 2, "SK"], v2, [linear(77.7), tuned(0.01, 70.6), tuned(0.1, 77), tuned(1, 81.3)]),
  row(simclr2, [101, 1, "SK"], v2, [linear(76.3), tuned(0.01, 68.3), tuned(0.1, 75.1), tuned(1, 80.6)]),
  row(simclr2, [101, 2, "SK"], v2, [linear(79), tuned(0.01, 73.2), tuned(0.1, 78.8), tuned(1, 82.4)]),
  row(simclr2, [152, 1, "SK"], v2, [linear(77.2), tuned(0.01, 70), tuned(0.1, 76.5), tuned(1, 81.3)]),
  row(simclr2, [152, 2, "SK"], v2, [linear(79.4), tuned(0.01, 74.2), tuned(0.1, 79.4), tuned(1, 82.9)]),
  row(simclr2, [152, 3, "SK"], v2, [linear(79.8), tuned(0.01, 74.9), tuned(0.1, 80.1), tuned(1, 83.1)]),
]; // biome-ignore format: a table
