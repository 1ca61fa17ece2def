import {
  type ConvNextBackbone,
  type ConvNextOptions,
  type ConvNextSpec,
  convNext,
  type ResnetBackbone,
  type ResnetOptions,
  type ResnetSpec,
  resnet,
  type VitBackbone,
  type VitOptions,
  type VitSpec,
  vit,
} from "@simclr/backbones";
import type { ModelSpec } from "@simclr/core";

const builders = {
  resnet: (spec: ModelSpec): ResnetBackbone => resnet(spec as unknown as ResnetSpec),
  vit: (spec: ModelSpec): VitBackbone => vit(spec as unknown as VitSpec),
  convnext: (spec: ModelSpec): ConvNextBackbone => convNext(spec as unknown as ConvNextSpec),
};

/** The families of networks whose weights are read and written. */
export type EncoderKind = keyof typeof builders;

/** What an encoder is: a ResNet, a vision transformer or a ConvNeXt, told apart by `kind`. `backboneFromSpec` builds it. */
export type EncoderSpec = ResnetSpec | VitSpec | ConvNextSpec;

export type EncoderOptions = ResnetOptions | VitOptions | ConvNextOptions;

export const isEncoderKind = (kind: string): kind is EncoderKind => Object.hasOwn(builders, kind);

/**
 * The network of a spec, without its weights.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for options that its kind does not have
 */
export function encoderOf(
  spec: { readonly kind: EncoderKind } & EncoderOptions,
): ResnetBackbone | VitBackbone | ConvNextBackbone {
  return builders[spec.kind](spec as unknown as ModelSpec);
}
