import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import { backboneContract } from "./contract.js";
import { backboneFromSpec, resnet } from "./index.js";

describeEachBackend(() => {
  const shared = { rebuild: backboneFromSpec, compile };
  backboneContract("resnet, basic blocks, CIFAR stem", {
    ...shared,
    create: () => resnet({ depth: 18, width: 1 / 16, stem: "cifar", batchNormDecay: 0.8 }),
    imagesShape: [3, 16, 16, 3],
    decay: 0.8,
  });
  backboneContract("resnet, bottlenecks, ImageNet stem, grayscale", {
    ...shared,
    // Recorded, but not through XLA, which takes half a minute for its 53 convolutions and their gradients.
    compile: (fn, options) => compile(fn, { ...options, xla: false }),
    create: () => resnet({ depth: 50, width: 1 / 32, inputChannels: 1, zeroInitializeLastScale: false }),
    imagesShape: [2, 40, 36, 1],
    decay: 0.9,
  });
});
