import "../../core/node_modules/@tensorflow/tfjs/dist/tf.node.js";
import { headFromSpec, linearHead, noHead, nonlinearHead } from "./index.js";
import { headContract } from "./contract.js";

const rebuild = headFromSpec;
headContract("noHead", { create: () => noHead({ inputSize: 6 }), rebuild });
headContract("linearHead", { create: () => linearHead({ inputSize: 6, outputSize: 5 }), rebuild, decay: 0.9 });
headContract("nonlinearHead, 2 layers, other sizes", {
  create: () => nonlinearHead({ inputSize: 6, hiddenSize: 9, outputSize: 5, layers: 2, batchNormDecay: 0.7 }),
  rebuild,
  decay: 0.7,
});
headContract("nonlinearHead, 3 layers", {
  create: () => nonlinearHead({ inputSize: 6, outputSize: 4 }),
  rebuild,
  decay: 0.9,
});
headContract("nonlinearHead, projection not normalized", {
  create: () => nonlinearHead({ inputSize: 6, outputSize: 4, normalizeProjection: false }),
  rebuild,
  decay: 0.9,
});
