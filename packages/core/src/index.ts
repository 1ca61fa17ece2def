export { after } from "./after.js";
export { type BatchNormOptions, type BatchNormStatistics, batchNorm } from "./batch-norm.js";
export { type CheckpointedResult, checkpointed } from "./checkpointed.js";
export { type Communicator, oneProcess } from "./communicator.js";
export { type Compile, type Compiled, type CompileOptions, eager, type TensorFunction } from "./compile.js";
export { convolution } from "./convolution.js";
export { dense } from "./dense.js";
export {
  type ErrorText,
  invalidArgument,
  isSimclrError,
  type SimclrError,
  type SimclrErrorCode,
  type SimclrErrorContexts,
  simclrError,
} from "./errors.js";
export { canFuse, fused } from "./fused.js";
export { float32FromBfloat16, float32FromFloat16 } from "./half-precision.js";
export { normalInitializer, varianceScaling } from "./initializers.js";
export { type LossAndGradients, lossAndGradients } from "./loss-and-gradients.js";
export type { ApplyOptions, Backbone, Head, Json, Model, ModelResult, ModelSpec } from "./model.js";
export {
  below,
  countParameters,
  type ModelVariables,
  type ParameterPredicate,
  type Parameters,
  parameter,
  type Shapes,
  type VariableShapes,
  withPrefix,
} from "./parameters.js";
export { type PredictFeaturesOptions, type PredictingModel, predictFeatures } from "./predicting-model.js";
export { bernoulli, normal, permutation, randomIntegers, truncatedNormal, uniform } from "./random.js";
export { foldIn, type RandomKey, type RandomKeys, randomKey, split, threefry2x32 } from "./random-key.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  headerLength,
  hostTensor,
  type Int64Tensor,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
  safetensorsChunks,
} from "./safetensors.js";
export { assertShape } from "./shapes.js";
export { stopGradient } from "./stop-gradient.js";
export { sumOfSquares, sumOfSquaresKernel } from "./sum-of-squares.js";
export { disposeTree, flattenTree, isTensor, mapTree, type TensorTree, unflattenTree } from "./tree.js";
