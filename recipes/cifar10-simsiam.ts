/**
 * SimSiam on CIFAR-10 as in lightly's benchmark: ResNet-18 with the CIFAR stem, 200 epochs in batches of 128.
 *
 *     simclr pretrain cifar10 --recipe cifar10-simsiam
 *
 * Expected: about 77.9% kNN (documentation of lightly-ai/lightly@0351a52, CIFAR-10 benchmark).
 * The same source has 90.6% after 800 epochs in batches of 512, at the same learning rate.
 */
import { defineRecipe } from "simclr/recipe";

const batchSize = 128;

export default defineRecipe({
  description: "CIFAR-10, SimSiam, ResNet-18, 200 epochs: about 77.9% kNN; wants a GPU.",
  imageSize: 32,
  epochs: 200,
  batchSize,
  objective: { kind: "simSiam", predictorHiddenSize: 512 },
  head: { layers: 2, hiddenSize: 2048, outputSize: 2048 },
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
