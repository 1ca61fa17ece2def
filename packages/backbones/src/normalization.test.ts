import { type Backbone, disposeTree, isSimclrError, randomKey } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { convNext, imagenetNormalization, inceptionNormalization, type Normalization, resnet, vit } from "./index.js";

const kinds: Record<string, (normalization: "none" | Normalization) => Backbone> = {
  resnet: (normalization) => resnet({ depth: 18, width: 1 / 16, stem: "cifar", normalization }),
  vit: (normalization) => vit({ width: 8, depth: 1, headCount: 2, patchSize: 4, imageSize: 8, normalization }),
  convnext: (normalization) => convNext({ depths: [1], widths: [8], patchSize: 2, normalization }),
};

describeEachBackend(() => {
  it.each(Object.entries(kinds))("%s has the features of images that were normalized before it", (_, build) => {
    const { params, state } = build("none").init(randomKey(1));
    expectNoLeak(() =>
      tf.tidy(() => {
        const images = tf.randomUniform([2, 8, 8, 3], 0, 1, "float32", 5) as tf.Tensor4D;
        const featuresOf = (backbone: Backbone, input: tf.Tensor4D) =>
          backbone.apply(params, state, input, { training: false }).outputs.features as tf.Tensor;
        for (const normalization of [imagenetNormalization, inceptionNormalization]) {
          const { mean, deviation } = normalization;
          const before = tf.div<tf.Tensor4D>(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation]));
          const expected = featuresOf(build("none"), before);
          expectClose(featuresOf(build(normalization), images), expected, { absolute: 1e-6, relative: 1e-5 });
        }
        return tf.scalar(0);
      }),
    );
    disposeTree([params, state]);
  });
});

it.each(Object.entries(kinds))("%s refuses a mean of other channels, and a deviation of 0", (_, build) => {
  for (const normalization of [
    { mean: [0.5], deviation: [0.5] },
    { mean: [0, 0, 0], deviation: [1, 0, 1] },
  ]) {
    try {
      build(normalization);
      expect.unreachable();
    } catch (error) {
      expect(isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")).toBe(true);
    }
  }
});
