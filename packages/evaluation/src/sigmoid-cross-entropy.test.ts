import { normal, randomKey } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { meanBinaryCrossEntropy } from "./mean-binary-cross-entropy.js";
import { sigmoidCrossEntropy } from "./sigmoid-cross-entropy.js";

const [rows, classes] = [7, 5];
const random = normal(randomKey(1), rows * classes, 0, 2);
// Zeros are what a new classifier begins with; at 200 the exponential of float32 is infinite.
const logits = Array.from(random, (z, i) => (i % 6 === 0 ? 0 : i === 8 ? 200 : i === 9 ? -200 : z));
const truth = Array.from({ length: rows * classes }, (_, i) => (i % 4 === 3 || i >= 30 ? -1 : i % 3 === 0 ? 1 : 0));

/** As the definition has it, in double precision; the last row has no known class. */
function writtenOut(z: readonly number[]): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const known = [0, 1, 2, 3, 4].map((c) => row * classes + c).filter((at) => truth[at] !== -1);
    for (const at of known) {
      const p = 1 / (1 + Math.exp(-(z[at] as number)));
      const likelihood = truth[at] === 1 ? p : 1 - p;
      const loss = likelihood > 1e-12 ? -Math.log(likelihood) : Math.abs(z[at] as number);
      sum += loss / known.length / rows;
    }
  }
  return sum;
}

const difference = (at: number) => {
  const moved = (by: number) => writtenOut(logits.map((z, i) => (i === at ? z + by : z)));
  return (moved(1e-4) - moved(-1e-4)) / 2e-4;
};

it("on the host is the loop written out", () => {
  expectClose([meanBinaryCrossEntropy(Float32Array.from(logits), Int32Array.from(truth), classes)], [writtenOut(logits)], { relative: 1e-6 }); // biome-ignore format: one line
});

describeEachBackend((backendName) => {
  const shape: [number, number] = [rows, classes];

  it("is the loop written out, and its gradient finite differences, at zero and at infinity too", () => {
    expect(truth.slice(-classes)).toEqual([-1, -1, -1, -1, -1]);
    expectNoLeak(() => {
      tf.tidy(() => {
        const [z, y] = [tf.tensor2d(logits, shape), tf.tensor2d(truth, shape, "int32")];
        const { value, grad } = tf.valueAndGrad((x) => sigmoidCrossEntropy(x as tf.Tensor2D, y))(z);
        expectClose(value, [writtenOut(logits)], { relative: 1e-6 });
        expectClose(grad, logits.map((_, at) => difference(at)), { absolute: 1e-6 }); // biome-ignore format: one line
        expect([...grad.dataSync()].filter((_, at) => truth[at] === -1).every((g) => g === 0)).toBe(true);
      });
      return undefined;
    });
  });

  it.runIf(backendName === "tensorflow")("is the same compiled", () => {
    const [z, y] = [tf.tensor2d(logits, shape), tf.tensor2d(truth, shape, "int32")];
    const compiled = compile((x: tf.Tensor2D, labels: tf.Tensor2D) => {
      const { value, grad } = tf.valueAndGrad((own) => sigmoidCrossEntropy(own as tf.Tensor2D, labels))(x);
      return { value, grad };
    });
    const { value, grad } = compiled(z, y);
    expectClose(value, [writtenOut(logits)], { relative: 1e-6 });
    expectClose(grad, logits.map((_, at) => difference(at)), { absolute: 1e-6 }); // biome-ignore format: one line
    tf.dispose([z, y, value, grad]);
    compiled.dispose();
  });
});
