/**
 * MoCo v2 on CIFAR-10 as in lightly's benchmark: ResNet-18 with the CIFAR stem, 200 epochs in batches of 128.
 *
 *     simclr pretrain cifar10 --recipe cifar10-moco
 *
 * Expected: about 83.8% kNN (documentation of lightly-ai/lightly@0351a52, CIFAR-10 benchmark).
 * There each view is once the query and once the key, and batch norms take eight parts of a batch; here the first view is the
 * query, as in the paper, and a batch norm takes the whole batch. MoCo v2's head has no batch norm, this one has one inside.
 */
import { defineRecipe } from "simclr/recipe";

const batchSize = 128;

export default defineRecipe({
  description: "CIFAR-10, MoCo v2, ResNet-18, 200 epochs: about 83.8% kNN; wants a GPU.",
  imageSize: 32,
  epochs: 200,
  batchSize,
  temperature: 0.1,
  objective: { kind: "moco", momentum: 0.99, queueSize: 4096 },
  head: { layers: 2, outputSize: 128, normalizeProjection: false },
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
