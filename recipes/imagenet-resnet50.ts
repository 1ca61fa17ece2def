/**
 * ImageNet as in the paper: ResNet-50, batch 4096, 1000 epochs.
 *
 *     simclr pretrain <folder with train/ and val/> --recipe imagenet-resnet50
 *
 * Expected: 69.3% linear top-1 after 1000 epochs, 64.5% after 100 (Chen et al. 2020, section 6 and table B.1).
 * Cost: 1.28 billion images; the reference takes 1.5 hours for 25 epochs on 32 TPU v3 cores. A batch of 4096 does not fit one
 * GPU: for one, --set batchSize=256 --set optimizer.learningRate=0.075 --set optimizer.learningRateScaling=squareRoot, which the paper
 * found best for small batches (62.8% after 100 epochs).
 */
import { defineRecipe } from "simclr/recipe";

export default defineRecipe({
  description: "ImageNet, ResNet-50, 1000 epochs as in the paper: 69.3% linear; wants many GPUs.",
  imageSize: 224,
  epochs: 1000,
  batchSize: 4096,
  temperature: 0.1,
  // As in the reference, which adds the means of both halves.
  lossScale: 2,
  view: { colorStrength: 1, blurProbability: 0.5 },
  backbone: { depth: 50, stem: "imagenet" },
  head: { layers: 2, outputSize: 128 },
  optimizer: {
    kind: "lars",
    learningRate: 0.3,
    learningRateScaling: "linear",
    warmupEpochs: 10,
    weightDecay: 1e-6,
  },
  evaluation: { everyEpochs: 10, exampleCount: 50_000 },
  checkpoints: { everyEpochs: 1, keepLast: 5 },
});
