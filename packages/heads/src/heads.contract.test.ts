import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import { headContract } from "./contract.js";
import { headFromSpec, linearHead, noHead, nonlinearHead, predictorHead } from "./index.js";

describeEachBackend(() => {
  const shared = { rebuild: headFromSpec, compile };
  headContract("noHead", { ...shared, create: () => noHead({ inputSize: 6 }) });
  headContract("linearHead", {
    ...shared,
    create: () => linearHead({ inputSize: 6, outputSize: 5 }),
    decay: 0.9,
  });
  headContract("nonlinearHead of 2 layers and other sizes", {
    ...shared,
    create: () => nonlinearHead({ inputSize: 6, hiddenSize: 9, outputSize: 5, layers: 2, batchNormDecay: 0.7 }),
    decay: 0.7,
  });
  headContract("nonlinearHead of 3 layers", {
    ...shared,
    create: () => nonlinearHead({ inputSize: 6, outputSize: 4 }),
    decay: 0.9,
  });
  headContract("nonlinearHead without a norm on the projection", {
    ...shared,
    create: () => nonlinearHead({ inputSize: 6, outputSize: 4, normalizeProjection: false }),
    decay: 0.9,
  });
  headContract("predictorHead", {
    ...shared,
    create: () => predictorHead({ inputSize: 6, hiddenSize: 4, batchNormDecay: 0.8 }),
    decay: 0.8,
  });
});
