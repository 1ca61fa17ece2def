/**
 * BYOL on CIFAR-10 as in lightly's benchmark: ResNet-18 with the CIFAR stem, 200 epochs in batches of 128.
 *
 *     simclr pretrain cifar10 --recipe cifar10-byol
 *
 * Expected: about 87.2% kNN (documentation of lightly-ai/lightly@0351a52, CIFAR-10 benchmark).
 * The loss is the mean of both negative cosines there, and the paper's is four times that and a constant.
 */
import { defineRecipe } from "simclr/recipe";

const batchSize = 128;

export default defineRecipe({
  description: "CIFAR-10, BYOL, ResNet-18, 200 epochs: about 87.2% kNN; wants a GPU.",
  imageSize: 32,
  epochs: 200,
  batchSize,
  lossScale: 1 / 4,
  objective: { kind: "byol", momentum: 0.99, momentumSchedule: "constant", predictorHiddenSize: 1024 },
  head: { layers: 2, hiddenSize: 1024, outputSize: 256, normalizeProjection: false },
  view: { colorStrength: 0.5, blurProbability: 0 },
  backbone: { depth: 18, stem: "cifar" },
  optimizer: {
    kind: "sgd",
    learningRate: (0.06 * batchSize) / 128,
    learningRateScaling: "none",
    warmupEpochs: 0,
    weightDecay: 5e-4,
  },
  evaluation: { everyEpochs: 25, linearEpochs: 100, exampleCount: 50_000 },
  checkpoints: { everyEpochs: 10 },
});
