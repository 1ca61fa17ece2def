import { resnet } from "@simclr/backbones";
import { randomKey } from "@simclr/core";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { ramp } from "./ramp.js";

export async function numbers(): Promise<number[]> {
  const { init, apply } = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
  const { params, state } = init(randomKey(2));
  const { outputs } = apply(params, state, ramp([2, 12, 12, 3], 1) as Tensor4D, { training: true });
  return [...(outputs.features as Tensor).dataSync()];
}
