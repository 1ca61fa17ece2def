import { type Compile, eager, randomKey, type TensorTree, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { Augmentation, ImageSize, SampledParameters } from "./augmentation.js";
import { parameterTensors } from "./parameter-tensors.js";
import { selectParameters } from "./select-parameters.js";

export interface AugmentationContractOptions<P extends SampledParameters> {
  /** The size of the images the augmentation is tried on, in pixels. Default [24, 20]. */
  readonly imageSize?: ImageSize;
  /** The numbers of channels it takes. Default 1 and 3. */
  readonly channels?: readonly number[];
  /** Parameters of 5 images that change nothing, where there are such. */
  readonly identity?: P;
  /** The compile it is tried under. Default: core's `eager`. */
  readonly compile?: Compile;
}

const batchSize = 5;

/**
 * What every augmentation keeps, ours or a user's: call it in a vitest file, once for each backend.
 *
 * Parameters are plain JSON, the same for the same key and, image by image, for any batch size; images come out in
 * [0, 1] and finite, each on its own; gradients are finite; nothing leaks; it can be compiled.
 *
 * @param create makes the augmentation
 */
export function augmentationContract<P extends SampledParameters>(
  create: () => Augmentation<P>,
  { imageSize = [24, 20], channels = [1, 3], identity, compile = eager }: AugmentationContractOptions<P> = {},
): void {
  const augmentation = create();
  const sharedKey = randomKey(12);
  const context = { batchSize, imageSize, sharedKey };
  const parameters = augmentation.sample(randomKey(11), context);

  describe(`${augmentation.name} keeps the contract of augmentations:`, () => {
    it("the same key gives the same parameters, whatever the batch's size", () => {
      expect(create().sample(randomKey(11), context)).toEqual(parameters);
      const three = augmentation.sample(randomKey(11), { ...context, batchSize: 3 });
      expect(three).toEqual(selectParameters(parameters, [0, 1, 2]));
    });

    it("parameters are JSON", () => {
      expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
    });

    it("sampling makes no tensors", () => {
      const before = tf.memory().numTensors;
      augmentation.sample(randomKey(1), context);
      expect(tf.memory().numTensors).toBe(before);
    });

    describe.each(channels)("with %i channels", (count) => {
      const batch = (value?: number) => {
        const shape: [number, number, number, number] = [batchSize, ...imageSize, count];
        if (value !== undefined) return tf.fill<tf.Rank.R4>(shape, value);
        return tf.tensor4d(Float32Array.from(uniform(randomKey(5), tf.util.sizeFromShape(shape))), shape);
      };
      const values = (fn: () => tf.Tensor) => [...tf.tidy(() => fn().dataSync())];

      it("images come out in [0, 1], in the announced size", () => {
        const size = augmentation.outputSize ?? imageSize;
        expect(tf.tidy(() => augmentation.apply(batch(), parameters).shape)).toEqual([batchSize, ...size, count]);
        for (const value of [undefined, 0, 1]) {
          expectInUnitRange(values(() => augmentation.apply(batch(value), parameters)));
        }
      });

      it("a batch is its images, one by one", () => {
        const whole = values(() => augmentation.apply(batch(), parameters));
        const parts = Array.from({ length: batchSize }, (_, i) =>
          values(() =>
            augmentation.apply(tf.slice4d(batch(), [i, 0, 0, 0], [1, -1, -1, -1]), selectParameters(parameters, [i])),
          ),
        );
        expectNear(parts.flat(), whole, 1e-5);
      });

      it("it compiles, with parameters as tensors", () => {
        const compiled = compile((x: TensorTree, p: TensorTree) => augmentation.apply(x as tf.Tensor4D, p));
        const actual = values(() => compiled(batch(), parameterTensors(parameters)) as tf.Tensor);
        compiled.dispose();
        expectNear(
          actual,
          values(() => augmentation.apply(batch(), parameters)),
          1e-5,
        );
      });

      it("gradients are finite, on flat images too", () => {
        for (const value of [undefined, 0, 0.5, 1]) {
          const loss = (x: tf.Tensor) => tf.sum(tf.square(augmentation.apply(x as tf.Tensor4D, parameters)));
          expect(values(() => tf.grad(loss)(batch(value))).every(Number.isFinite)).toBe(true);
        }
      });

      it("it borrows its arguments and leaves nothing behind but its result", () => {
        const input = batch();
        const uploaded = parameterTensors(parameters);
        const before = tf.memory().numTensors;
        const output = tf.tidy(() => augmentation.apply(input, uploaded));
        expect(tf.memory().numTensors - before).toBe(1);
        expect(input.isDisposed).toBe(false);
        expect(output.id).not.toBe(input.id);
        tf.dispose([input, output]);
        tf.dispose(uploaded as tf.TensorContainer);
      });

      if (!identity) return;
      it("its identity changes nothing", () => {
        expectNear(
          values(() => augmentation.apply(batch(), identity)),
          values(batch),
          1e-5,
        );
      });
    });
  });
}

function expectInUnitRange(values: number[]): void {
  expect(values.filter((value) => !(value >= 0 && value <= 1))).toEqual([]);
}

function expectNear(actual: number[], expected: number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const off = actual.map((value, i) => ({ i, value, expected: expected[i] as number }));
  expect(off.filter(({ value, expected: e }) => !(Math.abs(value - e) <= tolerance)).slice(0, 3)).toEqual([]);
}
