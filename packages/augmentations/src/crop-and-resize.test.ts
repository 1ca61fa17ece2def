import { randomKey, type TensorTree, uniform } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import tensorflow from "./fixtures/tensorflow.json" with { type: "json" };
import torchvision from "./fixtures/torchvision.json" with { type: "json" };
import { cropAndResize, type Interpolation, parameterTensors } from "./index.js";

interface Case {
  box: number[];
  size: number[];
  interpolation: string;
  antialias: boolean;
  resized: number[][];
  pil?: number[][];
}

const random = (...shape: [number, number, number, number]) =>
  tf.tensor4d(Float32Array.from(uniform(randomKey(1), tf.util.sizeFromShape(shape))), shape);

/** One box for each image of a batch. */
function boxes(...list: (readonly number[])[]) {
  const column = (i: number) => list.map((box) => box[i] as number);
  return { y: column(0), x: column(1), height: column(2), width: column(3) };
}

function resize({ crops }: { crops: { image: number[][] } }, { box, size, interpolation, antialias }: Case): tf.Tensor {
  const image = tf.tensor4d(crops.image.flat(), [1, 13, 17, 1]);
  const imageSize = size as [number, number];
  return cropAndResize(image, boxes(box), { imageSize, interpolation: interpolation as Interpolation, antialias });
}

describeEachBackend(() => {
  describe("cropAndResize is", () => {
    const name = ({ box, size, interpolation, antialias }: Case) =>
      `${interpolation}${antialias ? ", antialias" : ""}: box ${box} to ${size}`;
    const named = (cases: Case[]) => cases.map((one) => ({ title: name(one), ...one }));

    // TensorFlow takes the cubic without antialias from a table of 1024 rows: good to three digits.
    it.each(named(tensorflow.crops.cases))("tf.image.resize of the cut image: $title", (golden) => {
      const table = golden.interpolation === "bicubic" && !golden.antialias;
      tf.tidy(() => expectClose(resize(tensorflow, golden), golden.resized.flat(), { absolute: table ? 2e-3 : 2e-6 }));
    });

    it.each(named(torchvision.crops.cases))("torchvision's and PIL's resize: $title", (golden) => {
      tf.tidy(() => {
        expectClose(resize(torchvision, golden), golden.resized.flat(), { absolute: 2e-6 });
        expectClose(resize(torchvision, golden), (golden.pil as number[][]).flat(), { absolute: 2e-6 });
      });
    });
  });

  describe("cropAndResize", () => {
    it.each(["bilinear", "bicubic"] as const)("sees nothing outside the box, %s", (interpolation) => {
      tf.tidy(() => {
        const image = random(1, 9, 8, 2);
        const padding: [number, number][] = [[0, 0], [3, 4], [1, 6], [0, 0]]; // biome-ignore format: one pair per axis
        const padded = tf.pad(image, padding, 1000) as tf.Tensor4D;
        const options = { imageSize: [7, 13], interpolation } as const;
        expectClose(
          cropAndResize(padded, boxes([3, 1, 9, 8]), options),
          cropAndResize(image, boxes([0, 0, 9, 8]), options),
        );
      });
    });

    const kernels = (["bilinear", "bicubic"] as const).flatMap((interpolation) =>
      [false, true].map((antialias) => ({ interpolation, antialias })),
    );
    it.each(kernels)("is the same by taps as by matrices, %j", (options) => {
      const images = random(3, 40, 33, 3);
      const rectangles = boxes([0, 0, 40, 33], [31, 2, 5, 30], [3, 29, 36, 2]);
      // Enlarged, shrunk, and shrunk by less than the taps are made for.
      const apply = (x: tf.Tensor4D, b: TensorTree) => cropAndResize(x, b, { imageSize: [17, 48], ...options });
      const compiled = compile(apply, { xla: false });
      const uploaded = parameterTensors(rectangles);
      tf.tidy(() => expectClose(compiled(images, uploaded), apply(images, uploaded), { absolute: 5e-6 }));
      compiled.dispose();
    });

    it("keeps a ramp a ramp when it magnifies its inside", () => {
      tf.tidy(() => {
        const ramp: tf.Tensor4D = tf.reshape(tf.div(tf.range(0.5, 10), 10), [1, 1, 10, 1]);
        const out = cropAndResize(ramp, boxes([0, 0, 1, 10]), { imageSize: [1, 20] });
        const inside = Array.from({ length: 12 }, (_, i) => (i + 4 + 0.5) / 20);
        expectClose(tf.slice(out, [0, 0, 4, 0], [1, 1, 12, 1]), inside);
      });
    });

    it("leaves an even image even, whatever the box, the size and the kernel", () => {
      const segment = (size: number) =>
        fc
          .integer({ min: 0, max: size - 1 })
          .chain((start) => fc.tuple(fc.constant(start), fc.integer({ min: 1, max: size - start })));
      const size = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }));
      const kernel = fc.record({
        interpolation: fc.constantFrom("bilinear", "bicubic"),
        antialias: fc.boolean(),
      } as const);
      const property = fc.property(
        segment(11),
        segment(7),
        size,
        kernel,
        ([y, height], [x, width], imageSize, options) =>
          tf.tidy(() => {
            const even = cropAndResize(tf.fill([1, 11, 7, 1], 0.7), boxes([y, x, height, width]), {
              imageSize,
              ...options,
            });
            expectClose(even, new Float32Array(even.size).fill(0.7));
          }),
      );
      fc.assert(property, { seed: 1, numRuns: 25 });
    });

    it("has the gradient of its differences", () => {
      const weights = random(2, 4, 3, 1);
      for (const antialias of [false, true]) {
        const options = { imageSize: [4, 3], antialias } as const;
        const cut = (x: tf.Tensor) => cropAndResize(x as tf.Tensor4D, boxes([1, 0, 4, 5], [0, 2, 5, 2]), options);
        // Between 0.3 and 0.7 the cubic does not overshoot into the clip.
        const images = tf.tidy(() => tf.add(tf.mul(random(2, 5, 6, 1), 0.4), 0.3));
        expectGradient((x) => tf.sum(tf.mul(cut(x), weights)), [images]);
        tf.dispose(images);
      }
      tf.dispose(weights);
    });

    it("refuses what it cannot take", () => {
      const options = { imageSize: 4 };
      const code = (fn: () => unknown) => {
        try {
          tf.tidy(() => void fn());
        } catch (error) {
          return (error as { code: string }).code;
        }
        return "nothing thrown";
      };
      const box = boxes([0, 0, 4, 4]);
      expect(code(() => cropAndResize(tf.cast(random(1, 4, 4, 3), "int32"), box, options))).toBe(
        "SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE",
      );
      expect(code(() => cropAndResize(random(2, 4, 4, 3), box, options))).toBe(
        "SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH",
      );
      expect(code(() => cropAndResize(random(1, 4, 4, 3), { y: [0] } as never, options))).toBe(
        "SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH",
      );
      expect(code(() => cropAndResize(random(1, 4, 4, 3), box, { imageSize: 0 }))).toBe(
        "SIMCLR_ERROR__CORE__INVALID_ARGUMENT",
      );
    });
  });
});
