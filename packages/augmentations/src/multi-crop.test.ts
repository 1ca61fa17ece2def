import { foldIn, randomKey, uniform } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { cropAndResize, type MultiCropPlace, multiCrop, randomApply, solarize } from "./index.js";

const options = { globalCrops: 2, localCrops: 3, globalSize: [20, 16], localSize: 8 } as const;

describeEachBackend(() => {
  it("its views are the crops that its parameters say, global ones first", () => {
    const views = multiCrop({ ...options, transform: () => [] });
    const pixels = Float32Array.from(uniform(randomKey(1), 2 * 30 * 24 * 3));
    expectNoLeak(() =>
      tf.tidy(() => {
        const images = tf.tensor4d(pixels, [2, 30, 24, 3]);
        views.forEach((view, i) => {
          const parameters = view.sample(foldIn(randomKey(2), i), { batchSize: 2, imageSize: [30, 24] });
          const imageSize = i < 2 ? options.globalSize : options.localSize;
          expect(view.outputSize).toEqual(i < 2 ? [20, 16] : [8, 8]);
          const resize = { imageSize, interpolation: "bilinear", antialias: true } as const;
          expectClose(view.apply(images, parameters), cropAndResize(images, parameters[0] as never, resize));
        });
        return undefined;
      }),
    );
  });
});

it("crops have the areas of their kind", () => {
  const imageSize = [200, 200] as const;
  const areas = multiCrop({ ...options, localAreaRange: [0.05, 0.25] }).map((view, i) => {
    const [boxes] = view.sample(foldIn(randomKey(3), i), { batchSize: 800, imageSize });
    const { height, width } = boxes as unknown as { height: number[]; width: number[] };
    return height.map((side, j) => (side * (width[j] as number)) / 40000);
  });
  areas.forEach((list, i) => {
    const [smallest, largest] = i < 2 ? [0.14, 1] : [0.05, 0.25];
    // Sides are rounded to whole pixels.
    expect(Math.min(...list)).toBeGreaterThan(smallest * 0.97);
    expect(Math.max(...list)).toBeLessThan(largest * 1.03 + 1e-9);
    const mean = list.reduce((sum, area) => sum + area, 0) / list.length;
    const expected = (smallest + largest) / 2;
    // Few of the largest crops fit, so that global ones are a little smaller than uniform.
    if (i >= 2) expect(Math.abs(mean - expected)).toBeLessThan((4 * (largest - smallest)) / Math.sqrt(12 * 800));
  });
});

it("what follows the crop is SwAV's, or one's own by the view's place", () => {
  const names = multiCrop(options).map((view) => view.augmentations.map(({ name }) => name));
  const jitter = ["randomApply(horizontalFlip)", "randomApply(colorJitter)", "randomApply(grayscale)"];
  expect(names).toEqual(names.map(() => ["randomResizedCrop", ...jitter, "randomApply(gaussianBlur)"]));
  const places: MultiCropPlace[] = [];
  const second = multiCrop({
    ...options,
    transform: (place) => {
      places.push(place);
      return place.index === 1 ? [randomApply(solarize(), 0.2)] : [];
    },
  });
  expect(second.map((view) => view.augmentations.length)).toEqual([1, 2, 1, 1, 1]);
  expect(places.map(({ isGlobal }) => isGlobal)).toEqual([true, true, false, false, false]);
});

it("refuses numbers of crops that are none", () => {
  expect(() => multiCrop({ globalCrops: 0 })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  expect(() => multiCrop({ localCrops: 1.5 })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  expect(() => multiCrop({ localAreaRange: [0.3, 0.1] })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
});
