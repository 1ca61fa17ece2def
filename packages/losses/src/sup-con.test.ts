import { type Communicator, eager } from "@simclr/core";
import { emulateReplicas, expectClose, expectGradient } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { labels as classes, expectReference, referenceViews } from "./fixtures/objectives.js";
import { ntXent, supCon } from "./index.js";

const temperature = 0.1;
const labels = () => tf.tensor1d([...classes], "int32");
/** Labels that no two images share, on any replica. */
const unique = ({ shape }: tf.Tensor2D, rank = 0) => tf.range(rank * shape[0], (rank + 1) * shape[0], 1, "int32");

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const selfSupervised = (options: { communicator?: Communicator }) => (a: tf.Tensor2D, b: tf.Tensor2D) =>
    tf.tidy(() => supCon(a, b, unique(a, options.communicator?.rank), { temperature: 0.5, ...options }));
  describeContrastiveLoss("supCon of unique labels", selfSupervised, {
    symmetric: true,
    ignoresLength: true,
    gathers: true,
    compile,
  });

  it("equals the definition, gradients too", () => {
    expectReference("supCon", (a, b) => supCon(a, b, labels(), { temperature }));
  });

  it("with unique labels is NT-Xent, gradients too", () => {
    tf.tidy(() => {
      const views = referenceViews();
      const both = (loss: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Scalar) =>
        tf.valueAndGrads((a, b) => loss(a as tf.Tensor2D, b as tf.Tensor2D))(views);
      const [supervised, plain] = [both(selfSupervised({})), both((a, b) => ntXent(a, b, { temperature: 0.5 }))];
      expectClose(supervised.value, plain.value);
      supervised.grads.forEach((gradient, i) => {
        expectClose(gradient, plain.grads[i] as tf.Tensor);
      });
    });
  });

  it("takes the classes of all replicas", () => {
    tf.tidy(() => {
      const [a, b] = referenceViews().map((view) => tf.slice(view, [0, 0], [4, -1])) as [tf.Tensor2D, tf.Tensor2D];
      const own = tf.tensor1d([0, 1, 0, 1], "int32");
      const half = <T extends tf.Tensor>(t: T, rank: number) => tf.slice(t, [rank * 2], [2]) as T;
      const values = emulateReplicas(2, (communicator) => {
        const { rank } = communicator;
        return supCon(half(a, rank), half(b, rank), half(own, rank), { temperature, communicator });
      });
      expectClose(tf.mean(tf.stack(values)), supCon(a, b, own, { temperature }));
    });
  });

  it("has the gradient of finite differences where classes are shared", () => {
    expectGradient(
      (a, b) => supCon(a as tf.Tensor2D, b as tf.Tensor2D, labels(), { temperature: 0.5 }),
      referenceViews(),
    );
  });

  it("refuses labels that are not one int32 for each image", () => {
    const [a, b] = referenceViews();
    expect(() => supCon(a, b, tf.tensor1d([0, 1], "int32"), { temperature })).toThrow(/CORE__SHAPE_MISMATCH.*labels/);
    expect(() => supCon(a, b, tf.tensor1d([0, 1, 2, 3, 4]), { temperature })).toThrow(/INVALID_ARGUMENT.*int32/);
    expect(() => supCon(a, b, labels(), { temperature: 0 })).toThrow(/INVALID_ARGUMENT.*temperature/);
  });
});
