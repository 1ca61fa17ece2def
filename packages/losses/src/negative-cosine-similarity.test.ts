import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { expectReference, referenceViews } from "./fixtures/objectives.js";
import { cosine } from "./fixtures/written-out.js";
import { negativeCosineSimilarity } from "./index.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const traits = { symmetric: true, ignoresLength: true, gathers: false, compile };
  describeContrastiveLoss("negativeCosineSimilarity", () => negativeCosineSimilarity, traits);

  it("equals lightly's, gradients too", () => {
    expectReference("negativeCosineSimilarity", negativeCosineSimilarity);
  });

  it("is minus the mean cosine, one row at a time, and BYOL's distance less 2, halved", () => {
    tf.tidy(() => {
      const [a, b] = referenceViews();
      const [rowsA, rowsB] = [a.arraySync(), b.arraySync()];
      const cosines = rowsA.map((row, i) => cosine(row, rowsB[i] as number[]));
      const mean = cosines.reduce((sum, c) => sum + c, 0) / cosines.length;
      expectClose(negativeCosineSimilarity(a, b), [-mean]);
      const unit = (x: tf.Tensor2D) => tf.div(x, tf.norm(x, 2, 1, true));
      const distance = tf.mean(tf.sum(tf.square(tf.sub(unit(a), unit(b))), 1));
      expectClose(tf.add(2, tf.mul(2, negativeCosineSimilarity(a, b))), distance);
    });
  });
});
