import "../../core/node_modules/@tensorflow/tfjs/dist/tf.node.js";
import { backboneFromSpec, resnet } from "./index.js";
import { backboneContract } from "./contract.js";

const rebuild = backboneFromSpec;
backboneContract("basic, CIFAR stem", {
  create: () => resnet({ depth: 18, width: 1 / 16, stem: "cifar", zeroInitializeLastScale: false, batchNormDecay: 0.8 }),
  rebuild,
  imagesShape: [3, 16, 16, 3],
  decay: 0.8,
});
backboneContract("bottleneck, ImageNet stem, grayscale", {
  create: () => resnet({ depth: 50, width: 1 / 32, inputChannels: 1 }),
  rebuild,
  imagesShape: [2, 40, 36, 1],
  decay: 0.9,
});
