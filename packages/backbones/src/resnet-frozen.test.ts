import { type ApplyOptions, mapTree, normal, type Parameters, randomKey, uniform } from "@simclr/core";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { resnet } from "./index.js";

const parts = ["stem", "group1", "group2", "group3", "group4"];

describeEachBackend(() => {
  it.each([...parts.keys()])("freezes batch norm through part %i of five, and trains it after", (last) => {
    tf.tidy(() => {
      const backbone = resnet({ depth: 18, width: 1 / 8, stem: "cifar", zeroInitializeLastScale: false });
      const { params, state } = backbone.init(randomKey(0));
      const moved = mapTree(state, (tensor) =>
        tf.add(tensor, tf.tensor(Float32Array.from(normal(randomKey(1), tensor.size, -0.3, 0.1)), tensor.shape)),
      );
      const images = tf.tensor4d(Float32Array.from(uniform(randomKey(2), 4 * 16 * 16 * 3)), [4, 16, 16, 3]);
      const part = parts[last] as string;
      const apply = (options: ApplyOptions) => backbone.apply(params, moved, images, options);
      const [mixed, inferred] = [apply({ training: true, frozenThrough: part }), apply({ training: false })];
      for (const name of parts) {
        const same = equal(mixed.outputs[name] as tf.Tensor, inferred.outputs[name] as tf.Tensor);
        expect([name, same]).toEqual([name, parts.indexOf(name) <= last]);
      }
      for (const [path, tensor] of Object.entries(mixed.state as Parameters)) {
        const isFrozen = parts.slice(0, last + 1).includes(path.split("/")[0] as string);
        expect([path, equal(tensor, moved[path] as tf.Tensor)]).toEqual([path, isFrozen]);
      }
      const all = apply({ training: true, frozenThrough: "features" });
      expect(equal(all.outputs.features as tf.Tensor, inferred.outputs.features as tf.Tensor)).toBe(true);
    });
  });
});

function equal(a: tf.Tensor, b: tf.Tensor): boolean {
  return tf.all(tf.equal(a, b)).dataSync()[0] === 1;
}
