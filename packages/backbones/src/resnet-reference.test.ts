import { mapTree, type Parameters, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import fixture from "./fixtures/resnet.json" with { type: "json" };
import { type ResnetOptions, resnet } from "./index.js";

/** The formula of scripts/resnet_reference.py, from which it too computes every variable and image. */
function noise(name: string, shape: readonly number[], scale = 1, shift = 0): tf.Tensor {
  const phase = ([...name].reduce((sum, c, k) => sum + (c.codePointAt(0) as number) * (k + 1), 0) % 1000) / 100;
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => {
    const hashed = Math.sin(12.9898 * i + phase) * 43758.5453;
    return shift + scale * (2 * (hashed - Math.floor(hashed)) - 1);
  });
  return tf.tensor(values, [...shape]);
}

const noiseParameters = (params: Parameters): Parameters =>
  mapTree(params, ({ shape }, path) => {
    if (path.endsWith("/scale")) return noise(path, shape, 0.25, 1);
    if (path.endsWith("/offset") || path.endsWith("/bias")) return noise(path, shape, 0.25);
    const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    return noise(path, shape, Math.sqrt(3 / fanIn));
  });

const noiseStatistics = (state: Parameters): Parameters =>
  mapTree(state, ({ shape }, path) => (path.endsWith("/mean") ? noise(path, shape, 0.1) : noise(path, shape, 0.25, 1)));

/** Values of size 1 after dozens of layers in float32; the reference computes in float64. */
const closeTo = (actual: tf.Tensor, expected: number[]) =>
  expectClose(actual, expected, { absolute: 5e-4 * Math.max(...expected.map(Math.abs)), relative: 0 });

describeEachBackend(() => {
  it.each(fixture.cases.map((one) => [one.options, one.training, one] as const))(
    "ResNet %j (training: %s) has PyTorch's features, batch statistics and gradients",
    (_options, _training, { options, training, imagesShape, features, statistics, gradients }) => {
      tf.tidy(() => {
        const backbone = resnet({ ...(options as ResnetOptions), batchNormDecay: 0 });
        const { params: start, state: first } = backbone.init(randomKey(0));
        const params = noiseParameters(start);
        const state = noiseStatistics(first);
        const images = noise("images", imagesShape, 0.5, 0.5);
        const result = backbone.apply(params, state, images, { training });
        closeTo(result.outputs.features as tf.Tensor, features);
        for (const [path, expected] of Object.entries(statistics)) closeTo(result.state[path] as tf.Tensor, expected);

        const paths = Object.keys(gradients);
        const loss = (...moved: tf.Tensor[]) => {
          const replaced = { ...params, ...Object.fromEntries(paths.map((path, i) => [path, moved[i] as tf.Tensor])) };
          const { outputs } = backbone.apply(replaced, state, images, { training });
          const output = outputs.features as tf.Tensor;
          return tf.mean(tf.mul(output, noise("loss", output.shape)));
        };
        const found = tf.grads(loss)(paths.map((path) => params[path] as tf.Tensor));
        Object.values(gradients).forEach((expected, i) => {
          closeTo(found[i] as tf.Tensor, expected);
        });
      });
    },
  );

  it("pads the stem's max pooling as TensorFlow does: nothing before, one row after", () => {
    tf.tidy(() => {
      const backbone = resnet({ depth: 18, width: 1 / 64, inputChannels: 1 });
      const { params, state } = backbone.init(randomKey(0));
      // The kernel picks every second pixel; pooled, output (0, 0) sees rows and columns 0 to 2 of those.
      const kernel = tf.buffer<tf.Rank.R4>([7, 7, 1, 1]);
      kernel.set(1, 3, 3, 0, 0);
      const image = tf.reshape(tf.range(0, 64), [1, 8, 8, 1]);
      const picking = { ...params, "stem/conv1/kernel": kernel.toTensor() };
      const { outputs } = backbone.apply(picking, state, image, { training: false });
      // 0 2 4 6 / 16 18 20 22 / 32 34 36 38 / 48 50 52 54; padding before would give 18, 22, 50, 54.
      expectClose(outputs.stem as tf.Tensor, [36, 38, 52, 54], { relative: 1e-4 });
    });
  });

  it("starts every block as its shortcut when the last scale is zero", () => {
    tf.tidy(() => {
      const apply = (zeroInitializeLastScale: boolean) => {
        const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar", zeroInitializeLastScale });
        const { params, state } = backbone.init(randomKey(0));
        const kernel = noise("noise", params["group1/block1/conv2/kernel"]?.shape ?? []);
        const disturbed = { ...params, "group1/block1/conv2/kernel": kernel };
        const images = noise("images", [2, 8, 8, 3]);
        const [plain, moved] = [params, disturbed].map((p) => backbone.apply(p, state, images, { training: true }));
        const difference = tf.sub(plain?.outputs.features as tf.Tensor, moved?.outputs.features as tf.Tensor);
        return tf.max(tf.abs(difference)).dataSync()[0] as number;
      };
      expect(apply(true)).toBe(0);
      expect(apply(false)).toBeGreaterThan(1e-3);
    });
  });
});
