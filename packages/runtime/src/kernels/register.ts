import { registerDenseBincount } from "./dense-bincount.js";
import { registerFusedBatchNorm } from "./fused-batch-norm.js";
import { registerGradients } from "./gradients.js";
import { registerImageTransforms } from "./image-transforms.js";
import { registerMaxPoolWithArgmax } from "./max-pool-with-argmax.js";
import { registerStep } from "./step.js";

/** What the runtime adds to tfjs-node's kernels: fused ones, and those that it lacks. */
export function registerKernels(): void {
  registerFusedBatchNorm();
  registerGradients();
  registerStep();
  registerImageTransforms();
  registerMaxPoolWithArgmax();
  registerDenseBincount();
}
