/**
 * Your own photos, in a folder, with or without labels: a small ResNet at 96 pixels that a machine without a GPU can train.
 *
 *     simclr pretrain ./photos
 *
 * Augmentations are the paper's for ImageNet. Momentum SGD, not LARS: the paper takes LARS because large batches
 * make SGD unstable, and here batches are small. Learning rate (0.06 * batchSize / 128) and weight decay are those of
 * lightly's small-batch benchmark (lightly-ai/lightly@e8d317f); temperature 0.2 and the smaller head are what SimCLR's
 * author advises for small batches (google-research/simclr, issue 166).
 * For better features: --set backbone.width=1 --set imageSize=128 --set epochs=400.
 */
import { defineRecipe } from "simclr/recipe";

export default defineRecipe({
  description: "A folder of your own photos, 96 pixels, half of ResNet-18's width.",
  imageSize: 96,
  epochs: 100,
  batchSize: "auto",
  temperature: 0.2,
  backbone: { depth: 18, width: 0.5, stem: "imagenet" },
  head: { layers: 2, outputSize: 64 },
  optimizer: {
    kind: "sgd",
    learningRate: (0.06 * 256) / 128,
    learningRateScaling: "linear",
    warmupEpochs: 5,
    weightDecay: 5e-4,
  },
  evaluation: { everyEpochs: 5 },
  checkpoints: { everyEpochs: 1 },
});
