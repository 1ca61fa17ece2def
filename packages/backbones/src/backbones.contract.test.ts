import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import { backboneContract } from "./contract.js";
import { backboneFromSpec, convNext, resnet, vit } from "./index.js";

describeEachBackend(() => {
  // Recorded, but not through XLA, which takes long for little here; resnet.contract.test.ts tries it.
  const plain: typeof compile = (fn, options) => compile(fn, { ...options, xla: false });
  const shared = { rebuild: backboneFromSpec, compile: plain };
  const small = { width: 8, depth: 2, headCount: 2, patchSize: 4, imageSize: 12 } as const;
  backboneContract("vit, class token", { ...shared, create: () => vit(small), imagesShape: [3, 12, 12, 3] });
  backboneContract("vit, mean of tokens at fixed positions, recomputed", {
    ...shared,
    create: () => vit({ ...small, positions: "sincos", pool: "mean", recompute: "blocks" }),
    imagesShape: [3, 12, 12, 3],
  });
  for (const recompute of ["none", "blocks"] as const) {
    backboneContract(`convNext, recompute ${recompute}`, {
      ...shared,
      create: () => convNext({ depths: [1, 2], widths: [4, 6], patchSize: 2, recompute }),
      imagesShape: [2, 10, 9, 3],
      pooling: "other",
    });
  }
  backboneContract("resnet, squeeze and excitation, ResNet-D, recomputed", {
    ...shared,
    create: () =>
      resnet({ depth: 18, width: 1 / 16, stem: "cifar", squeezeExcite: 0.5, resnetD: true, recompute: "blocks" }),
    imagesShape: [3, 8, 8, 3],
    decay: 0.9,
  });
});
