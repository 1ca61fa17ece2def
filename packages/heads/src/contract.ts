import { type Compile, type Head, type ModelSpec, randomKey, uniform } from "@simclr/core";
import { expectClose, modelContract } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";

export interface HeadContract {
  readonly create: () => Head;
  /** Builds the head again from its spec; `headFromSpec` with your own builder. */
  readonly rebuild: (spec: ModelSpec) => Head;
  /** Rows of features to try it on, at least two. Default 8. */
  readonly batchSize?: number;
  /** Pass the one of @simclr/runtime to prove that the head compiles. */
  readonly compile?: Compile;
  /** How much of its running statistics the head keeps in a training step; left out for one without. */
  readonly decay?: number;
}

/**
 * The tests that every {@link Head} passes, ours or yours: call it in a vitest file, with a backend chosen.
 *
 * ```js
 * import { headFromSpec } from "@simclr/heads";
 * import { headContract } from "@simclr/heads/contract";
 * headContract("myHead", { create: myHead, rebuild: (spec) => headFromSpec(spec, { mine: myHead }) });
 * ```
 */
export function headContract(name: string, contract: HeadContract): void {
  const { create, batchSize = 8 } = contract;
  describe(`${name} as a head`, () => {
    modelContract({ ...contract, inputShape: [batchSize, create().inputSize] });

    it("names its input layer0, and its projection is of its outputSize", () => {
      tf.tidy(() => {
        const head = create();
        const { params, state } = head.init(randomKey(1));
        const features = tf.tensor2d(Float32Array.from(uniform(randomKey(2), batchSize * head.inputSize)), [
          batchSize,
          head.inputSize,
        ]);
        const { outputs } = head.apply(params, state, features, { training: true });
        expectClose(outputs.layer0 as tf.Tensor, features, { absolute: 0, relative: 0 });
        expect(outputs.projection?.shape).toEqual([batchSize, head.outputSize]);
        expect(Object.keys(outputs).at(-1)).toBe("projection");
      });
    });
  });
}
