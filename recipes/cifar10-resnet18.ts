/**
 * CIFAR-10 as in the reference's README: ResNet-18 with the CIFAR stem, 1000 epochs.
 *
 *     simclr pretrain cifar10 --recipe cifar10-resnet18
 *
 * Expected: about 91% linear. Source: google-research/simclr@383d414, README, "Pretraining".
 * Cost: 50 million images; at the 4,200 images/s that a published run on one A100 reached, three and a half hours.
 */
import { defineRecipe } from "simclr/recipe";

export default defineRecipe({
  description: "CIFAR-10, ResNet-18, 1000 epochs as in the reference: about 91% linear; wants a GPU.",
  imageSize: 32,
  epochs: 1000,
  batchSize: 512,
  temperature: 0.5,
  // The reference's loss is the sum of both halves' means, and its learning rate was chosen for that.
  lossScale: 2,
  view: { colorStrength: 0.5, blurProbability: 0 },
  backbone: { depth: 18, stem: "cifar" },
  head: { layers: 3, outputSize: 128 },
  optimizer: {
    kind: "lars",
    learningRate: 1.0,
    learningRateScaling: "linear",
    warmupEpochs: 10,
    weightDecay: 1e-4,
  },
  evaluation: { everyEpochs: 25, linearEpochs: 100, exampleCount: 50_000 },
  checkpoints: { everyEpochs: 10 },
});
