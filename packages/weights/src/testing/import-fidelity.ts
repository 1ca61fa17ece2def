import { backboneFromSpec } from "@simclr/backbones";
import { disposeTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { ImportEncoderOptions, ImportedEncoder } from "../index.js";
import { noise } from "./noise.js";

/** What an independent implementation computed with a file's weights. */
export interface ReferenceCase {
  readonly member: string;
  readonly file: string;
  /** What the file does not tell. */
  readonly spec?: ImportEncoderOptions["spec"];
  readonly imageSize?: number;
  readonly imagesShape: number[];
  readonly features: number[];
  /** With the batch's own statistics. */
  readonly trainingFeatures: number[];
  /** Of mean(trainingFeatures * noise), by our paths; `last/offset` is that of the network's last batch norm. */
  readonly gradients: Readonly<Record<string, number[]>>;
}

export interface Fidelity {
  readonly member: string;
  /** Largest differences, each as a share of the reference's largest number. */
  readonly features: number;
  readonly trainingFeatures: number;
  readonly gradients: number;
}

/** How far an imported encoder's outputs and gradients are from the reference's. Disposes of the encoder. */
export function importFidelity(encoder: ImportedEncoder, reference: ReferenceCase): Fidelity {
  const { spec, params, state } = encoder;
  const backbone = backboneFromSpec(spec);
  const fidelity = tf.tidy(() => {
    const images = noise("images", reference.imagesShape, 0.5, 0.5);
    const features = (own: typeof params, training: boolean) =>
      backbone.apply(own, state, images, { training }).outputs.features as tf.Tensor;
    const last = Object.keys(params).at(-1) as string;
    const paths = Object.keys(reference.gradients).map((path) => (path === "last/offset" ? last : path));
    const loss = (...moved: tf.Tensor[]) => {
      const replaced = { ...params, ...Object.fromEntries(paths.map((path, i) => [path, moved[i] as tf.Tensor])) };
      const output = features(replaced, true);
      return tf.mean(tf.mul(output, noise("loss", output.shape)));
    };
    const gradients = tf.grads(loss)(paths.map((path) => params[path] as tf.Tensor));
    const expected = Object.values(reference.gradients);
    return {
      member: reference.member,
      features: largestDifference(features(params, false), reference.features),
      trainingFeatures: largestDifference(features(params, true), reference.trainingFeatures),
      gradients: Math.max(...gradients.map((gradient, i) => largestDifference(gradient, expected[i] as number[]))),
    };
  });
  disposeTree([params, state]);
  return fidelity;
}

/** The largest difference as a share of the largest expected number. */
export function largestDifference(actual: tf.Tensor, expected: readonly number[]): number {
  const values = actual.dataSync();
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((number, i) => Math.abs(number - (values[i] as number)))) / largest;
}
