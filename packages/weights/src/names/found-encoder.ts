import type { ResnetOptions } from "@simclr/backbones";
import type { HostTensor } from "@simclr/core";
import type { EncoderKind } from "../encoder-kind.js";
import { type Layout, toOwnShape } from "../kernel-layout.js";

/** A tensor of a file whose place in our networks is known. */
export interface FoundTensor {
  /** The file's name of it. */
  readonly name: string;
  readonly tensor: HostTensor;
  readonly layout: Layout;
}

/** What a file has of an encoder. */
export interface FoundEncoder {
  readonly kind: EncoderKind;
  /** By our paths: `group2/block0/conv1/kernel`, `stem/norm1/mean`. */
  readonly found: ReadonlyMap<string, FoundTensor>;
  /** Names of tensors that are no part of the encoder: classifiers, projection heads, optimizers' states. */
  readonly unused: readonly string[];
  /** Names of tensors inside of the encoder that have no place in ours: it would compute something else without them. */
  readonly unexpected: readonly string[];
  /** What the names tell of a ResNet and shapes do not. */
  readonly options?: Partial<ResnetOptions>;
}

/** A tensor's shape in our layout. */
export const ownShape = ({ tensor, layout }: FoundTensor): readonly number[] => toOwnShape(tensor.shape, layout);
