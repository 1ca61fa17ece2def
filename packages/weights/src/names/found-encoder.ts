import type { ResnetOptions } from "@simclr/backbones";
import type { HostTensor } from "@simclr/core";
import { toTorchKernel } from "../kernel-layout.js";

/** A tensor of a file whose place in our networks is known. */
export interface FoundTensor {
  /** The file's name of it. */
  readonly name: string;
  readonly tensor: HostTensor;
  /** `"OIHW"`: a kernel in PyTorch's order; all else is laid out as ours. */
  readonly layout: "OIHW" | "as it is";
}

/** What a file has of an encoder. */
export interface FoundEncoder {
  /** By our paths: `group2/block0/conv1/kernel`, `stem/norm1/mean`. */
  readonly found: ReadonlyMap<string, FoundTensor>;
  /** Names of tensors that are no part of the encoder: classifiers, projection heads, optimizers' states. */
  readonly unused: readonly string[];
  /** Names of tensors inside of the encoder that have no place in ours: it would compute something else without them. */
  readonly unexpected: readonly string[];
  /** What the names tell of the network and shapes do not. */
  readonly options?: Partial<ResnetOptions>;
}

/** A tensor's shape in our layout. */
export function ownShape({ tensor: { shape }, layout }: FoundTensor): readonly number[] {
  const [out, input, height, width] = shape;
  return layout === "OIHW" && shape.length === 4 ? ([height, width, input, out] as number[]) : shape;
}

/** A shape of ours in a file's layout. */
export const fileShape = (shape: readonly number[], layout: FoundTensor["layout"]): readonly number[] =>
  layout === "OIHW" ? toTorchKernel({ dtype: "int32", shape, values: new Int32Array(0) }).shape : shape;
