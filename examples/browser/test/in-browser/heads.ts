import { randomKey } from "@simclr/core";
import { nonlinearHead } from "@simclr/heads";
import type { Tensor } from "@tensorflow/tfjs-core";
import { ramp } from "./ramp.js";

export async function numbers(): Promise<number[]> {
  const { init, apply } = nonlinearHead({ inputSize: 8, outputSize: 6 });
  const { params, state } = init(randomKey(4));
  const { outputs } = apply(params, state, ramp([5, 8], 1), { training: true });
  return [...(outputs.projection as Tensor).dataSync()];
}
