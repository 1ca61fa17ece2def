import { type Backbone, type ModelSpec, mapTree, type Parameters, randomKey, type Shapes } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import fixture from "./fixtures/torchvision.json" with { type: "json" };
import { backboneFromSpec, convNextShapes, vitShapes } from "./index.js";

/** The formula of scripts/torchvision_reference.py, from which it too computes every variable and image. */
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
    if (!path.endsWith("/kernel")) return noise(path, shape, 0.25);
    const fanIn = tf.util.sizeFromShape(path.includes("depthwise") ? shape.slice(0, 2) : shape.slice(0, -1));
    return noise(path, shape, Math.sqrt(3 / fanIn));
  });

/** Float32, of what the reference computes in float64; 2e-6 to 2e-5 of the largest value were measured. */
const closeTo = (actual: tf.Tensor, expected: number[]) =>
  expectClose(actual, expected, { absolute: 1e-4 * Math.max(...expected.map(Math.abs)), relative: 0 });

const count = (shapes: Shapes) =>
  Object.values(shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape([...shape]), 0);

describeEachBackend(() => {
  for (const recompute of ["none", "blocks"] as const) {
    it.each(fixture.cases.map((one) => [one.kind, one.options, one] as const))(
      `%s %j has torchvision's features and gradients (recompute: ${recompute})`,
      (kind, options, { imagesShape, features, gradients }) => {
        tf.tidy(() => {
          const backbone: Backbone = backboneFromSpec({ kind, ...options, recompute } as unknown as ModelSpec);
          const { params: start, state } = backbone.init(randomKey(0));
          const params = noiseParameters(start);
          const images = noise("images", imagesShape, 0.5, 0.5);
          closeTo(backbone.apply(params, state, images, { training: true }).outputs.features as tf.Tensor, features);

          const paths = Object.keys(gradients);
          const loss = (...moved: tf.Tensor[]) => {
            const replaced = {
              ...params,
              ...Object.fromEntries(paths.map((path, i) => [path, moved[i] as tf.Tensor])),
            };
            const output = backbone.apply(replaced, state, images, { training: true }).outputs.features as tf.Tensor;
            return tf.mean(tf.mul(output, noise("loss", output.shape)));
          };
          const found = tf.grads(loss)(paths.map((path) => params[path] as tf.Tensor));
          Object.values(gradients).forEach((expected, i) => {
            closeTo(found[i] as tf.Tensor, expected as number[]);
          });
        });
      },
    );
  }
});

describe("parameter counts", () => {
  it.each(Object.entries(fixture.parameterCounts.vit))("vit %s has torchvision's %i", (size, expected) => {
    expect(count(vitShapes({ size: size as "base" }).params)).toBe(expected);
  });

  it.each(Object.entries(fixture.parameterCounts.convnext))("convNext %s has torchvision's %i", (size, expected) => {
    expect(count(convNextShapes({ size: size as "tiny" }).params)).toBe(expected);
  });

  // DeiT's published 5,717,416 and 22,050,664 with classifiers of 1000 classes.
  it.each([
    ["tiny", 5_717_416 - 193_000],
    ["small", 22_050_664 - 385_000],
  ] as const)("vit %s has DeiT's %i", (size, expected) => {
    expect(count(vitShapes({ size }).params)).toBe(expected);
  });
});
