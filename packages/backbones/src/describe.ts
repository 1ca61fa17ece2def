import {
  type Backbone,
  lossAndGradients,
  type Parameters,
  randomKey,
  type Shapes,
  simclrError,
  type VariableShapes,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import "./errors.js";
import { assertCount } from "./option-checks.js";
import { formatBytes, formatCount } from "./scaled-number.js";
import { onShapeBackend, type ShapeBackend } from "./shape-backend.js";

export interface DescribeOptions {
  /** Height and width of the images in pixels, or one number for both. */
  readonly imageSize: number | readonly [height: number, width: number];
  /** Images of a training batch: views, not pairs of them. */
  readonly batchSize: number;
  /** Channels of the images. Default: `inputChannels` of the backbone's spec, or 3. */
  readonly inputChannels?: number;
}

export interface BackboneDescription {
  readonly kind: string;
  readonly imagesShape: readonly [batch: number, height: number, width: number, channels: number];
  /** Trainable numbers. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Multiplications with additions of convolutions and matrix products, forward, for one image. Papers call these FLOPs. */
  readonly multiplyAccumulatesPerImage: number;
  /**
   * Bytes that live between the forward and the backward pass of a training step for this batch, besides parameters and
   * images: activations that gradients need, named outputs and new statistics. A backward pass needs some more for a while.
   */
  readonly activationBytes: number;
  /** The shapes of the named outputs. */
  readonly outputs: Shapes;
}

/**
 * What a backbone costs, by shapes alone: nothing of its size is allocated or computed, so that the largest networks can be
 * asked about on the smallest machine. Works with any backbone made of common operations; those of this package name their
 * variables' shapes, others are initialized once for theirs.
 *
 * Activations are those of float32, with batch norm as one operation, as @simclr/runtime has it. A compiler may keep less.
 *
 * @throws SIMCLR_ERROR__BACKBONES__GRADIENTS_MISSING where TensorFlow.js has no gradients, which say what has to be kept
 * @throws SIMCLR_ERROR__BACKBONES__OPERATION_UNKNOWN for a backbone with an operation whose shapes are not known here
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a size that is no whole number above 0
 * @example
 * ```ts
 * import { describe, formatDescription, resnet } from "@simclr/backbones";
 * const description = describe(resnet({ depth: 50 }), { imageSize: 224, batchSize: 64 });
 * console.log(formatDescription(description)); // 23,508,032 parameters, 4.09 G multiply-accumulates per image, ...
 * ```
 */
export function describe(
  backbone: Backbone & { readonly variableShapes?: VariableShapes },
  options: DescribeOptions,
): BackboneDescription {
  const { imageSize, batchSize } = options;
  const [height, width] = typeof imageSize === "number" ? [imageSize, imageSize] : imageSize;
  const { inputChannels = backbone.spec.inputChannels ?? 3 } = options;
  assertCount({ imageHeight: height, imageWidth: width, batchSize, inputChannels: inputChannels as number });
  const imagesShape = [batchSize, height, width, inputChannels as number] as const;
  assertGradients();
  return onShapeBackend((backend) => {
    const allocated = (shapes: Shapes): Parameters =>
      Object.fromEntries(Object.entries(shapes).map(([path, shape]) => [path, unfilled(backend, shape)]));
    const { params, state } = backbone.variableShapes
      ? { params: allocated(backbone.variableShapes.params), state: allocated(backbone.variableShapes.state) }
      : backbone.init(randomKey(0));
    const images = unfilled(backend, imagesShape);
    const before = backend.livingBytes;
    backend.multiplyAccumulates = 0;
    const measured = { outputs: {} as Shapes, activationBytes: 0 };
    // A tape of gradients keeps what they need. One parameter is enough for it, or the images of a frozen backbone.
    const watched = Object.keys(params).length > 0 ? params : { images };
    named(() =>
      lossAndGradients(watched, () => {
        const { outputs } = tf.tidy(() => {
          const result = backbone.apply(params, state, images, { training: true });
          return { outputs: { ...result.outputs }, state: { ...result.state } };
        });
        measured.outputs = Object.fromEntries(Object.entries(outputs).map(([name, { shape }]) => [name, shape]));
        measured.activationBytes = backend.livingBytes - before;
        return { loss: tf.scalar(0), auxiliary: {} };
      }),
    );
    const parameters = Object.values(params).reduce((sum, { size }) => sum + size, 0);
    return {
      kind: backbone.spec.kind,
      imagesShape,
      parameters,
      parameterBytes: 4 * parameters,
      multiplyAccumulatesPerImage: backend.multiplyAccumulates / batchSize,
      ...measured,
    };
  });
}

/** A description as a few lines for a terminal. */
export function formatDescription(description: BackboneDescription): string {
  const { kind, imagesShape, parameters, parameterBytes, multiplyAccumulatesPerImage, activationBytes } = description;
  const count = (value: number) => value.toLocaleString("en-US");
  const features = description.outputs.features?.at(-1) ?? 0;
  return [
    `${kind} on ${imagesShape.join(" x ")}: ${count(features)} features`,
    `parameters            ${count(parameters)} (${formatBytes(parameterBytes)})`,
    `multiply-accumulates  ${formatCount(multiplyAccumulatesPerImage)} per image`,
    `activations           ${formatBytes(activationBytes)} kept for the backward pass of a batch`,
  ].join("\n");
}

function assertGradients(): void {
  if (tf.getGradient(tf.Conv2D)) return;
  throw simclrError(
    "SIMCLR_ERROR__BACKBONES__GRADIENTS_MISSING",
    {},
    {
      expected: "TensorFlow.js with its gradients, which say what has to be kept for them",
      received: "TensorFlow.js's core alone",
      remedy: "Call useTensorFlow of @simclr/runtime, or import @tensorflow/tfjs, before.",
    },
  );
}

function unfilled(backend: ShapeBackend, shape: readonly number[]): tf.Tensor {
  const { dataId } = backend.allocate(shape, "float32");
  return tf.engine().makeTensorFromDataId(dataId, [...shape], "float32", backend);
}

/** TensorFlow.js's own error for a kernel that a backend lacks, by our name. */
function named(fn: () => unknown): void {
  try {
    fn();
  } catch (error) {
    const operation = /^Kernel '(.+)' not registered/.exec(error instanceof Error ? error.message : "")?.[1];
    if (operation === undefined) throw error;
    throw simclrError(
      "SIMCLR_ERROR__BACKBONES__OPERATION_UNKNOWN",
      { operation },
      {
        expected: "a backbone of operations whose shapes describe knows",
        received: `the operation ${operation}`,
        remedy: "Measure this backbone by running it, or ask for the operation to be added.",
      },
    );
  }
}
