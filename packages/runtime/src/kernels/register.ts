import { registerBroadcastMatrixProduct } from "./broadcast-matrix-product.js";
import { registerDenseBincount } from "./dense-bincount.js";
import { registerDilatedDepthwise } from "./dilated-depthwise.js";
import { registerExplicitPaddingGradients } from "./explicit-padding-gradients.js";
import { registerFusedBatchNorm } from "./fused-batch-norm.js";
import { registerGather } from "./gather.js";
import { registerGradients } from "./gradients.js";
import { registerImageTransforms } from "./image-transforms.js";
import { registerIntegers } from "./integers.js";
import { registerMaxPoolWithArgmax } from "./max-pool-with-argmax.js";
import { registerMultinomial } from "./multinomial.js";
import { registerRagged } from "./ragged.js";
import { registerSign } from "./sign.js";
import { registerSmallImageConvolutions } from "./small-image-convolutions.js";
import { registerSparse } from "./sparse.js";
import { registerStep } from "./step.js";
import { registerStridedFilterGradient } from "./strided-filter-gradient.js";
import { registerStrings } from "./strings.js";
import { registerSumOfSquares } from "./sum-of-squares.js";
import { registerWinogradConvolutions } from "./winograd-convolutions.js";

/** What the runtime adds to tfjs-node's kernels: fused ones, those that it lacks, and ways around TensorFlow's bugs. */
export function registerKernels({ winograd }: { readonly winograd: boolean }): void {
  registerFusedBatchNorm();
  registerGradients();
  registerStep();
  registerImageTransforms();
  registerMaxPoolWithArgmax();
  registerDenseBincount();
  registerIntegers();
  registerMultinomial();
  registerRagged();
  registerSparse();
  registerStrings();
  registerSumOfSquares();
  registerSign();
  registerDilatedDepthwise();
  registerGather();
  registerSmallImageConvolutions();
  registerExplicitPaddingGradients();
  registerStridedFilterGradient();
  if (winograd) registerWinogradConvolutions();
  registerBroadcastMatrixProduct();
}
