import { type Backbone, type Compile, disposeTree, foldIn, type RandomKey } from "@simclr/core";
import { type Encoder, rawPixels } from "@simclr/evaluation";
import type { LoadedEncoder } from "@simclr/training";
import * as tf from "@tensorflow/tfjs-core";
import type { MeasuredEncoder } from "../report/report.js";

/** An encoder to measure. */
export interface NamedEncoder extends Pick<MeasuredEncoder, "encoder" | "title"> {
  readonly encode: Encoder;
  dispose(): void;
}

/** The trained encoder, and what it has to beat: itself before training, and no encoder at all. */
export function encodersToMeasure(
  trained: LoadedEncoder,
  runKey: RandomKey,
  [height, width]: readonly [height: number, width: number, channels: number],
  compile: Compile,
  title: string,
): readonly [trained: NamedEncoder, untrained: NamedEncoder, pixels: NamedEncoder] {
  const side = Math.min(32, height);
  return [
    { encoder: "trained", title, encode: trained.encode, dispose: () => {} },
    untrainedEncoder(trained.backbone, runKey, compile),
    {
      encoder: "pixels",
      title: `raw pixels, ${side} x ${Math.min(32, width)}`,
      encode: (images) => smallPixels(images, side),
      dispose: () => {},
    },
  ];
}

/** A run's backbone as it was before its first step: parameters and statistics that the caller owns. */
export function initialBackbone(backbone: Backbone, runKey: RandomKey): ReturnType<Backbone["init"]> {
  return backbone.init(foldIn(foldIn(runKey, "init"), "backbone"));
}

/** The run's own encoder as it was before its first step. */
function untrainedEncoder(backbone: Backbone, runKey: RandomKey, compile: Compile): NamedEncoder {
  const { params, state } = initialBackbone(backbone, runKey);
  const encode = compile(
    (own: typeof params, stats: typeof state, images: tf.Tensor4D) =>
      backbone.apply(own, stats, images, { training: false }).outputs.features as tf.Tensor2D,
    { name: "encodeUntrained" },
  );
  return {
    encoder: "untrained",
    title: "the same, untrained",
    encode: (images) => encode(params, state, images),
    dispose: () => {
      encode.dispose();
      disposeTree([params, state]);
    },
  };
}

/** Larger images are made smaller first, or their pixels would be too many. */
function smallPixels(images: tf.Tensor4D, side: number): tf.Tensor2D {
  return tf.tidy(() =>
    rawPixels(images.shape[1] > side ? tf.image.resizeBilinear(images, [side, side], false, true) : images),
  );
}
