import { foldIn, randomKey, uniform } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  centerCrop,
  colorJitter,
  gaussianBlur,
  grayscale,
  horizontalFlip,
  parameterTensors,
  randomApply,
  randomResizedCrop,
  sharedByViews,
  simclrView,
  verticalFlip,
  view,
} from "./index.js";

const random = (...shape: [number, number, number, number]) =>
  tf.tensor4d(Float32Array.from(uniform(randomKey(1), tf.util.sizeFromShape(shape))), shape);

describeEachBackend(() => {
  it("verticalFlip turns columns, and twice is nothing", () => {
    tf.tidy(() => {
      const image = tf.tensor4d([1, 2, 3, 4, 5, 6].map((x) => x / 10), [1, 2, 3, 1]); // biome-ignore format: one line
      const flipped = verticalFlip().apply(image, {});
      expectClose(flipped, [0.4, 0.5, 0.6, 0.1, 0.2, 0.3]);
      expectClose(verticalFlip().apply(flipped, {}), image);
    });
  });

  it("horizontalFlip mirrors rows, and twice is nothing", () => {
    tf.tidy(() => {
      const image = tf.tensor4d([1, 2, 3, 4, 5, 6].map((x) => x / 10), [1, 2, 3, 1]); // biome-ignore format: one line
      const flipped = horizontalFlip().apply(image, {});
      expectClose(flipped, [0.3, 0.2, 0.1, 0.6, 0.5, 0.4]);
      expectClose(horizontalFlip().apply(flipped, {}), image);
    });
  });

  it("randomApply changes exactly the chosen images", () => {
    tf.tidy(() => {
      const images = random(3, 2, 4, 3);
      const some = randomApply(horizontalFlip(), 0.5).apply(images, { applied: [1, 0, 1], parameters: {} });
      const [first, second, third] = tf.split(images, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      expectClose(some, tf.concat([tf.reverse(first, 2), second, tf.reverse(third, 2)]), { absolute: 0, relative: 0 });
    });
  });

  it("a view applies its augmentations in order, its parameters as numbers or as tensors", () => {
    tf.tidy(() => {
      const images = random(4, 12, 10, 3);
      const parts = [randomResizedCrop({ imageSize: 20 }), colorJitter(), gaussianBlur()];
      const whole = view(parts);
      const parameters = whole.sample(randomKey(3), { batchSize: 4, imageSize: [12, 10] });
      const expected = parts.reduce((seen, part, i) => part.apply(seen, parameters[i] as never), images);
      expectClose(whole.apply(images, parameters), expected);
      expectClose(whole.apply(images, parameterTensors(parameters)), expected);
    });
  });

  it("a view of padded images sees none of the padding", () => {
    tf.tidy(() => {
      const imageSizes = [[7, 9], [12, 5]] as const; // biome-ignore format: one line
      const images = random(2, 12, 9, 3);
      const filled = (value: number) => {
        const insides = imageSizes.map(([height, width], i) => {
          const inside = tf.slice(images, [i, 0, 0, 0], [1, height, width, 3]) as tf.Tensor4D;
          return tf.pad4d(inside, [[0, 0], [0, 12 - height], [0, 9 - width], [0, 0]], value); // biome-ignore format: one line
        });
        return tf.concat4d(insides, 0);
      };
      const seen = simclrView({ imageSize: 16 });
      const parameters = seen.sample(randomKey(5), { batchSize: 2, imageSize: [12, 9], imageSizes });
      expectClose(seen.apply(filled(0), parameters), seen.apply(filled(1), parameters));
    });
  });

  it("refuses the parameters of another view or batch", () => {
    tf.tidy(() => {
      const whole = view([horizontalFlip(), gaussianBlur()]);
      const code = "SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH";
      expect(() => whole.apply(random(1, 4, 4, 1), [{}])).toThrow(code);
      expect(() => whole.apply(random(2, 4, 4, 1), [{}, { sigma: [1] }])).toThrow(code);
      expect(() => randomApply(grayscale(), 1).apply(random(1, 4, 4, 3), { applied: [1] } as never)).toThrow(code);
      expect(() => whole.apply(random(1, 4, 4, 1), [{}, { sigma: {} as never }])).toThrow(code);
    });
  });
});

describe("sampling", () => {
  const context = { batchSize: 4000, imageSize: [32, 32] } as const;

  it("applies with the given probability, each image on its own", () => {
    for (const probability of [0, 0.2, 0.8, 1]) {
      const { applied } = randomApply(grayscale(), probability).sample(randomKey(6), context);
      const share = applied.reduce((sum, one) => sum + one, 0) / applied.length;
      expect(Math.abs(share - probability)).toBeLessThanOrEqual(
        4 * Math.sqrt((probability * (1 - probability)) / 4000),
      );
    }
  });

  it("gives every augmentation and every key numbers of their own", () => {
    const twice = view([gaussianBlur(), gaussianBlur()]);
    const few = { batchSize: 3, imageSize: [32, 32] } as const;
    const [a, b] = twice.sample(randomKey(1), few);
    expect(a).not.toEqual(b);
    expect(twice.sample(randomKey(2), few)[0]).not.toEqual(a);
  });

  it("views share what is shared, and nothing else", () => {
    const crop = randomResizedCrop({ imageSize: 16 });
    const views = [view([sharedByViews(crop), gaussianBlur()]), view([gaussianBlur(), sharedByViews(crop)])];
    const sizes = { batchSize: 3, imageSize: [32, 32] } as const;
    const sharedKey = randomKey(9);
    const [a, b] = views.map((one, i) => one.sample(randomKey(i), { ...sizes, sharedKey })) as [unknown[], unknown[]];
    expect(a[0]).toEqual(crop.sample(foldIn(sharedKey, "randomResizedCrop"), sizes));
    expect(b[1]).toEqual(a[0]);
    expect(a[1]).toEqual(gaussianBlur().sample(foldIn(randomKey(0), 1), sizes));
    expect(b[0]).toEqual(gaussianBlur().sample(foldIn(randomKey(1), 0), sizes));
    expect(() => views[0]?.sample(randomKey(0), sizes)).toThrow(/sharedKey/);
  });

  it("centerCrop has the reference's boxes", () => {
    const sizes = [[500, 375], [333, 500], [256, 256]] as const; // biome-ignore format: one line
    const parameters = centerCrop({ imageSize: 224 }).sample(randomKey(0), {
      batchSize: 3,
      imageSize: [512, 512],
      imageSizes: sizes,
    });
    expect(parameters).toEqual({
      y: [86, 21, 16],
      x: [24, 105, 16],
      height: [328, 291, 224],
      width: [328, 291, 224],
    });
    const wide = centerCrop({ imageSize: [100, 200] }).sample(randomKey(0), { batchSize: 1, imageSize: [300, 320] });
    expect(wide).toEqual({ y: [80], x: [20], height: [140], width: [280] });
  });

  it("simclrView is the reference's chain", () => {
    const names = (options: object) => simclrView({ imageSize: 32, ...options }).augmentations.map(({ name }) => name);
    expect(names({})).toEqual([
      "randomResizedCrop",
      "randomApply(horizontalFlip)",
      "randomApply(colorJitter)",
      "randomApply(grayscale)",
      "randomApply(gaussianBlur)",
    ]);
    expect(names({ flip: false, blur: false })).toEqual([
      "randomResizedCrop",
      "randomApply(colorJitter)",
      "randomApply(grayscale)",
    ]);
    const parameters = simclrView({ imageSize: 32, colorStrength: 0.5 }).sample(randomKey(1), context);
    const shares = parameters.slice(1).map((one) => {
      const { applied } = one as unknown as { applied: number[] };
      return applied.reduce((sum, value) => sum + value, 0) / applied.length;
    });
    expectClose(shares, [0.5, 0.8, 0.2, 0.5], { absolute: 0.03 });
  });

  it("refuses a context that does not hold together", () => {
    const crop = randomResizedCrop({ imageSize: 8 });
    const sample = (bad: object) => () => crop.sample(randomKey(0), { batchSize: 2, imageSize: [8, 8], ...bad });
    expect(sample({ imageSizes: [[8, 8]] })).toThrow("SIMCLR_ERROR__AUGMENTATIONS__IMAGE_SIZES_MISMATCH");
    expect(sample({ imageSizes: [[8, 9], [8, 8]] })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT"); // biome-ignore format: one line
    expect(sample({ batchSize: 0 })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    expect(sample({ imageSize: [0, 8] })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  });

  it("refuses a chance that is none, and chance over a change of size", () => {
    expect(() => randomApply(grayscale(), 1.5)).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    expect(() => randomApply(randomResizedCrop({ imageSize: 8 }), 0.5)).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    expect(() => centerCrop({ imageSize: 8, proportion: 0 })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  });
});
