/**
 * CIFAR-10 in under an hour on two CPU cores: a quarter of ResNet-18's width, 20,000 of the 50,000 images.
 *
 *     simclr pretrain cifar10 --recipe cifar10-quick
 *
 * Learning rate and weight decay follow lightly's CIFAR-10 benchmark, SGD at 0.06 * batchSize / 128 and 5e-4, which
 * reaches 84.7% kNN with the whole network, all images and 200 epochs (documentation of lightly-ai/lightly@e8d317f).
 */
import { defineRecipe } from "simclr/recipe";

const batchSize = 128;

export default defineRecipe({
  description: "CIFAR-10, a narrow ResNet-18 on a subset: under an hour on two cores.",
  imageSize: 32,
  exampleCount: 20_000,
  epochs: 10,
  batchSize,
  temperature: 0.5,
  view: { colorStrength: 0.5, blurProbability: 0 },
  backbone: { depth: 18, width: 0.25, stem: "cifar" },
  head: { layers: 2, outputSize: 128 },
  optimizer: {
    kind: "sgd",
    learningRate: (0.06 * batchSize) / 128,
    learningRateScaling: "none",
    warmupEpochs: 1,
    weightDecay: 5e-4,
  },
  evaluation: { everyEpochs: 2 },
  checkpoints: { everyEpochs: 1 },
});
