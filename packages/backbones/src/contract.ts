import { type Backbone, type Compile, type ModelSpec, randomKey, uniform } from "@simclr/core";
import { expectClose, modelContract } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";

export interface BackboneContract {
  readonly create: () => Backbone;
  /** Builds the backbone again from its spec; `backboneFromSpec` with your own builder. */
  readonly rebuild: (spec: ModelSpec) => Backbone;
  /** `[batch, height, width, channels]` of the images to try it on, at least two of them; small ones make a fast test. */
  readonly imagesShape: readonly [batch: number, height: number, width: number, channels: number];
  /** Pass the one of @simclr/runtime to prove that the backbone compiles. */
  readonly compile?: Compile;
  /** How much of its running statistics the backbone keeps in a training step; left out for one without. */
  readonly decay?: number;
  /**
   * How features come from the last spatial activation: `"mean"` (default), the plain average; `"other"` if something follows
   * the average, such as a norm.
   */
  readonly pooling?: "mean" | "other";
}

/**
 * The tests that every {@link Backbone} passes, ours or yours: call it in a vitest file, with a backend chosen.
 *
 * ```js
 * import { backboneFromSpec } from "@simclr/backbones";
 * import { backboneContract } from "@simclr/backbones/contract";
 * const rebuild = (spec) => backboneFromSpec(spec, { mine: () => myBackbone() });
 * backboneContract("myBackbone", { create: myBackbone, rebuild, imagesShape: [4, 32, 32, 3], decay: 0.9 });
 * ```
 */
export function backboneContract(name: string, contract: BackboneContract): void {
  const { create, imagesShape, pooling = "mean" } = contract;
  describe(`${name} as a backbone`, () => {
    modelContract({ ...contract, inputShape: imagesShape });

    it("gives features of its featureSize, the average of its last spatial activation if it names one", () => {
      tf.tidy(() => {
        const backbone = create();
        const { params, state } = backbone.init(randomKey(1));
        const pixels = uniform(randomKey(2), tf.util.sizeFromShape([...imagesShape]));
        const images = tf.tensor4d(Float32Array.from(pixels), [...imagesShape]);
        const { outputs } = backbone.apply(params, state, images, { training: true });
        expect(outputs.features?.shape).toEqual([imagesShape[0], backbone.featureSize]);
        const spatial = Object.values(outputs).filter((output) => output.rank === 4);
        const last = spatial.at(-1);
        if (last && pooling === "mean") expectClose(outputs.features as tf.Tensor, tf.mean(last, [1, 2]));
        for (const activation of spatial) expect(activation.shape[0]).toBe(imagesShape[0]);
      });
    });
  });
}
