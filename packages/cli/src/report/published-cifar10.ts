import type { PublishedAccuracy, PublishedResult, PublishedSettings } from "./published-result.js";

const paper = { name: "Chen et al. 2020, appendix B.9", url: "https://arxiv.org/abs/2002.05709" };
const reference = { name: "google-research/simclr, README", url: "https://github.com/google-research/simclr" };
const soloLearn = { name: "vturrisi/solo-learn, README", url: "https://github.com/vturrisi/solo-learn" };
const lightly = { name: "lightly, CIFAR-10 benchmark", url: "https://github.com/lightly-ai/lightly" };
const kobak = { name: "dkobak/simclr-cifar10, README", url: "https://github.com/dkobak/simclr-cifar10" };
const atanov = { name: "AndrewAtanov/simclr-pytorch, README", url: "https://github.com/AndrewAtanov/simclr-pytorch" };
const supContrast = { name: "HobbitLong/SupContrast, README", url: "https://github.com/HobbitLong/SupContrast" };
const leftthomas = { name: "leftthomas/SimCLR, README", url: "https://github.com/leftthomas/SimCLR" };

/** The paper's settings for CIFAR-10, of which every source below keeps some. */
const paperLike = { exampleCount: 50_000, temperature: 0.5, colorStrength: 0.5, blurProbability: 0 } as const;

function row(
  source: PublishedResult["source"],
  depth: number,
  settings: PublishedSettings,
  accuracies: readonly PublishedAccuracy[],
): PublishedResult {
  return { images: "CIFAR-10", backbone: `ResNet-${depth}`, settings, accuracies, source };
}

const knn = (percent: number): PublishedAccuracy => ({ protocol: "knn", top1: percent / 100 });
const linear = (percent: number): PublishedAccuracy => ({ protocol: "linear", top1: percent / 100 });

const sgd = { optimizer: "sgd", weightDecay: 5e-4 } as const;
/** 0.06 at a batch of 128, and in proportion. */
const lightlySgd = (batchSize: number, epochs: number): PublishedSettings => ({ ...paperLike, ...sgd, batchSize, epochs, peakLearningRate: (0.06 * batchSize) / 128 }); // biome-ignore format: one line
const kobakSgd = (epochs: number, rate: number): PublishedSettings => ({ ...paperLike, ...sgd, batchSize: 512, epochs, peakLearningRate: 2 * rate, headLayers: 2, grayscaleProbability: 0.1, minimumCropArea: 0.2 }); // biome-ignore format: one line

/** SimCLR on CIFAR-10, ResNets with the stem for small images. */
export const publishedOnCifar10: readonly PublishedResult[] = [
  row(paper, 50, { ...paperLike, epochs: 1000, batchSize: 1024, optimizer: "lars", weightDecay: 1e-6 }, [linear(94)]),
  row(reference, 18, { ...paperLike, epochs: 1000, batchSize: 512, optimizer: "lars", peakLearningRate: 2, weightDecay: 1e-4, headLayers: 3 }, [linear(91)]),
  row(soloLearn, 18, { exampleCount: 50_000, temperature: 0.2, epochs: 1000, batchSize: 256, optimizer: "lars", peakLearningRate: 0.4, weightDecay: 1e-4, headLayers: 2, colorStrength: 1, blurProbability: 0.5 }, [linear(90.74)]),
  row(lightly, 18, lightlySgd(128, 200), [knn(84.7)]),
  row(lightly, 18, lightlySgd(512, 200), [knn(84.8)]),
  row(lightly, 18, lightlySgd(512, 800), [knn(87.9)]),
  row(kobak, 18, kobakSgd(100, 0.06), [knn(83.2), linear(85)]),
  row(kobak, 18, kobakSgd(1000, 0.03), [knn(91.4), linear(91.9)]),
  row(kobak, 34, kobakSgd(1000, 0.03), [knn(92.1), linear(92.6)]),
  row(kobak, 50, kobakSgd(1000, 0.03), [knn(92.6), linear(93.7)]),
  row(atanov, 50, { ...paperLike, epochs: 1000, batchSize: 1024, optimizer: "lars", peakLearningRate: 4, weightDecay: 1e-6 }, [linear(93.44)]),
  row(supContrast, 50, { exampleCount: 50_000, temperature: 0.5, epochs: 1000, batchSize: 1024, optimizer: "sgd", peakLearningRate: 0.5 }, [linear(93.6)]),
  row(leftthomas, 50, { exampleCount: 50_000, temperature: 0.5, epochs: 500, batchSize: 512, optimizer: "adam", peakLearningRate: 1e-3 }, [knn(89.1), linear(92)]),
]; // biome-ignore format: a table
