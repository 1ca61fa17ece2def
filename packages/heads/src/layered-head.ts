import {
  type ApplyOptions,
  assertShape,
  foldIn,
  type Head,
  type ModelResult,
  type RandomKey,
  type VariableShapes,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { applyDenseNorm, type DenseNorm, denseNormShapes, initDenseNorm } from "./dense-norm.js";
import type { ResolvedProjection } from "./head-options.js";

/** How the last layer ends: with a batch norm without offset, with a bias, or with neither. */
interface LastLayer {
  readonly normalizeProjection?: boolean;
  readonly lastBias?: boolean;
}

type LayeredSpec = Head["spec"] &
  Omit<ResolvedProjection, "normalizeProjection"> &
  Pick<LastLayer, "normalizeProjection">;

/** A head that says the shapes of its variables by path, without allocating them. */
export type DescribedHead<Spec> = Head & { readonly spec: Spec; readonly variableShapes: VariableShapes };

/**
 * A head of dense layers: all but the last have `hiddenSize` outputs, a batch norm with offset and a ReLU; the last has
 * neither offset nor ReLU, and a bias where it is asked for. Without batch norms every layer has one. The outputs are `layer0`, the input; `layer1` and so on, the middle layers; `projection`.
 */
export function layeredHead<Spec extends LayeredSpec>(
  spec: Spec,
  layerCount: number,
  hiddenSize: number,
  { lastBias = false }: Pick<LastLayer, "lastBias"> = {},
): DescribedHead<Spec> {
  const layers = headLayers({ ...spec, lastBias }, layerCount, hiddenSize);
  const shapes = layers.map(denseNormShapes);
  return {
    spec,
    variableShapes: {
      params: Object.assign({}, ...shapes.map(({ params }) => params)),
      state: Object.assign({}, ...shapes.map(({ state }) => state)),
    },
    inputSize: spec.inputSize,
    outputSize: spec.outputSize,
    init: (key: RandomKey) => {
      const parts = layers.map((layer) => initDenseNorm(layer, foldIn(key, layer.number)));
      return {
        params: Object.assign({}, ...parts.map(({ params }) => params)),
        state: Object.assign({}, ...parts.map(({ state }) => state)),
      };
    },
    apply: (params, state, features, given: ApplyOptions) => {
      assertShape("features", features, ["batch", spec.inputSize]);
      const run = { ...given, decay: spec.batchNormDecay };
      return tf.tidy(() => {
        let x = features as tf.Tensor2D;
        const outputs: Record<string, tf.Tensor> = { layer0: tf.clone(x) };
        const states = layers.map((layer) => {
          const result = applyDenseNorm(layer, params, state, x, run);
          x = result.output;
          outputs[layer === layers.at(-1) ? "projection" : `layer${layer.number}`] = x;
          return result.state;
        });
        const result: ModelResult = { outputs, state: Object.assign({}, ...states) };
        return result as ModelResult & tf.TensorContainerObject;
      });
    },
  };
}

function headLayers(
  spec: Pick<ResolvedProjection, "inputSize" | "outputSize" | "batchNorm"> & LastLayer,
  layerCount: number,
  hiddenSize: number,
): DenseNorm[] {
  const hasNorms = spec.batchNorm !== false;
  return Array.from({ length: layerCount }, (_, index) => {
    const isLast = index === layerCount - 1;
    return {
      number: index + 1,
      inputSize: index === 0 ? spec.inputSize : hiddenSize,
      outputSize: isLast ? spec.outputSize : hiddenSize,
      norm: isLast ? (spec.normalizeProjection ? "scale" : "none") : hasNorms ? "scale and offset" : "none",
      relu: !isLast,
      bias: !hasNorms || (isLast && spec.lastBias === true),
    };
  });
}
