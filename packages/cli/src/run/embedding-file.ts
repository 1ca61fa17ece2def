import { encodeSafetensors, type HostTensor } from "@simclr/core";
import { writeFileWhole } from "./write-file-whole.js";

export interface EmbeddedImages {
  /** `[images, size]` */
  readonly features: Float32Array;
  readonly size: number;
  /** Each image's path. */
  readonly paths: readonly string[];
  /** Each image's class, where folders name classes. */
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
}

const formats = [".safetensors", ".npy", ".json"] as const;

export type EmbeddingFormat = (typeof formats)[number];

export function isEmbeddingFormat(ending: string): ending is EmbeddingFormat {
  return (formats as readonly string[]).includes(ending);
}

/** Writes features so that other programs can read them; see `simclr embed --help` for the formats. */
export async function writeEmbeddings(file: string, format: EmbeddingFormat, images: EmbeddedImages): Promise<void> {
  if (format === ".json") return writeFileWhole(file, `${JSON.stringify(records(images))}\n`);
  if (format === ".safetensors") return writeFileWhole(file, safetensors(images));
  await writeFileWhole(file, npy(images));
  await writeFileWhole(file.replace(/\.npy$/i, ".paths.json"), `${JSON.stringify(images.paths, null, 2)}\n`);
}

function records({ features, size, paths, labels, classNames }: EmbeddedImages) {
  return paths.map((path, i) => ({
    path,
    ...(labels && classNames && { label: classNames[labels[i] as number] }),
    features: Array.from(features.subarray(i * size, (i + 1) * size)),
  }));
}

function safetensors({ features, size, paths, labels, classNames }: EmbeddedImages): Uint8Array {
  const tensors = new Map<string, HostTensor>([
    ["features", { dtype: "float32", shape: [paths.length, size], values: features }],
  ]);
  if (labels) tensors.set("labels", { dtype: "int32", shape: [paths.length], values: labels });
  const names = classNames && { classNames: JSON.stringify(classNames) };
  return encodeSafetensors(tensors, { paths: JSON.stringify(paths), ...names });
}

/**
 * A `.npy` file of version 1.0: a magic number, the header's length, the header as a Python literal padded so that the
 * data begin at a multiple of 64, the data.
 *
 * @see numpy.lib.format
 */
function npy({ features, size, paths }: EmbeddedImages): Uint8Array {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${paths.length}, ${size}), }`;
  const preambleLength = 10;
  const length = 64 * Math.ceil((preambleLength + description.length + 1) / 64) - preambleLength;
  const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${description.padEnd(length - 1)}\n`, "latin1");
  header.writeUInt16LE(length, 8);
  return Buffer.concat([header, Buffer.from(features.buffer, features.byteOffset, features.byteLength)]);
}
