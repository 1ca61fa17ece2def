import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bilinearDecoder } from "@simclr/data";
import { arrayDataset } from "@simclr/data/browser";
import { type Encoder, embed, type Features, toEncoder } from "@simclr/evaluation";
import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";

/** An exported graph model on Node's own backend, in JavaScript alone. */
export async function graphEncoder(folder: string): Promise<Encoder> {
  await tf.setBackend("cpu");
  const { modelTopology, weightsManifest, signature } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const weightData = Uint8Array.from(
    Buffer.concat(paths.map((path: string) => readFileSync(join(folder, path)))),
  ).buffer;
  const model = await loadGraphModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData, signature }));
  return toEncoder(model as unknown as Parameters<typeof toEncoder>[0]);
}

/** Features of image files as Node decodes and embeds them. */
export async function nodeFeatures(
  encode: Encoder,
  files: readonly Uint8Array[],
  shape: readonly [size: number, size: number, channels: 1 | 3],
): Promise<Features> {
  const decoder = await bilinearDecoder();
  const settings = { imageShape: shape, fit: "cover", background: [255, 255, 255] } as const;
  const own = await Promise.all(files.map((file) => decoder.decode(file, settings, ({ pixels }) => pixels.slice())));
  const dataset = arrayDataset({
    images: Uint8Array.from(own.flatMap((bytes) => [...bytes])),
    shape: [files.length, ...shape],
  });
  return embed(encode, dataset, { batchSize: 32 });
}

/** Similarities of one row to all rows, written out. */
export function similarities({ values, count, size }: Features, query: number): number[] {
  const row = (index: number) => values.subarray(index * size, (index + 1) * size);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const length = (index: number) => Math.sqrt(dot(row(index), row(index)));
  return Array.from({ length: count }, (_, i) => dot(row(query), row(i)) / (length(query) * length(i)));
}
