import { randomKey, split } from "@simclr/core";
import { describe, expect, it } from "vitest";
import tensorflow from "./fixtures/tensorflow.json" with { type: "json" };
import torchvision from "./fixtures/torchvision.json" with { type: "json" };
import { type CropSampler, type ImageSize, tensorflowCropSampler, torchvisionCropSampler } from "./index.js";
import { roundHalfEven } from "./round-half-even.js";

const square: ImageSize = [1, 1];

function draw(sampler: CropSampler, imageSize: ImageSize, count: number, seed = 17, outputSize = square) {
  return split(randomKey(seed), count).map((key) => sampler(key, imageSize, outputSize));
}

function moments(values: number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

const libraries = [
  { name: "TensorFlow", sampler: tensorflowCropSampler(), samples: tensorflow.samples },
  { name: "torchvision", sampler: torchvisionCropSampler(), samples: torchvision.samples },
];

describe.each(libraries)("the boxes of $name's sampler", ({ sampler, samples }) => {
  it.each(samples)("are distributed as the library's own, in images of $imageSize", (golden) => {
    const count = golden.count;
    const [height, width] = golden.imageSize as [number, number];
    const boxes = draw(sampler, [height, width], count);
    const areas = boxes.map((box) => (box.height * box.width) / (height * width)).sort((a, b) => a - b);
    const numbers = [
      boxes.map((box) => box.height),
      boxes.map((box) => box.width),
      areas,
      boxes.map((box) => Math.log(box.width / box.height)),
      boxes.map((box) => box.y),
      boxes.map((box) => box.x),
    ].map(moments);
    numbers.forEach(({ mean, deviation }, i) => {
      const expected = golden.deviation[i] as number;
      // The difference of two sample means has the deviation sqrt(2 / n); that of two deviations is smaller.
      const tolerance = 4 * expected * Math.sqrt(2 / count);
      expect(Math.abs(mean - (golden.mean[i] as number))).toBeLessThan(tolerance);
      expect(Math.abs(deviation - expected)).toBeLessThan(tolerance);
    });
    golden.areaDeciles.forEach((expected, i) => {
      const own = areas[Math.floor(((i + 1) / 10) * count)] as number;
      expect(Math.abs(own - expected), `decile ${i + 1}`).toBeLessThan(0.02);
    });
  });

  it("lie inside the image, in the ranges of area and aspect ratio", () => {
    const [height, width] = [57, 31];
    for (const box of draw(sampler, [height, width], 2000)) {
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      const area = box.height * box.width;
      // Rounding height and width moves the area by less than half of each side, the ratio by less than one pixel.
      expect(area).toBeGreaterThanOrEqual(0.08 * height * width - (box.height + box.width) / 2 - 1);
      expect(box.width).toBeGreaterThan((3 / 4) * box.height - 1);
      expect(box.width).toBeLessThan((4 / 3) * box.height + 1);
    }
  });
});

describe("tensorflowCropSampler", () => {
  it("draws no area below a tenth, though the range begins at 0.08", () => {
    const areas = draw(tensorflowCropSampler(), [64, 64], 5000).map((box) => (box.height * box.width) / 64 ** 2);
    expect(Math.min(...areas)).toBeGreaterThanOrEqual(0.1);
    expect(Math.min(...areas)).toBeLessThan(0.11);
    const free = tensorflowCropSampler({ minimumObjectCovered: 0 });
    const smallest = Math.min(...draw(free, [64, 64], 5000).map((box) => (box.height * box.width) / 64 ** 2));
    expect(smallest).toBeGreaterThanOrEqual(0.08);
    expect(smallest).toBeLessThan(0.085);
  });

  it("draws the height uniformly between that of the smallest and that of the largest area", () => {
    // At aspect ratio 1 in 100 x 100: heights 40 to 100 for areas 0.16 to 1.
    const sampler = tensorflowCropSampler({ areaRange: [0.16, 1], aspectRatioRange: [1, 1] });
    const heights = draw(sampler, [100, 100], 30_500).map((box) => box.height);
    const counts = Array.from({ length: 61 }, (_, i) => heights.filter((height) => height === 40 + i).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(30_500);
    const chiSquared = counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(chiSquared).toBeLessThan(100); // 60 degrees of freedom: the 99.9 % quantile is 99.6
  });

  it("draws every offset but the last", () => {
    const sampler = tensorflowCropSampler({ areaRange: [0.25, 0.25], aspectRatioRange: [1, 1] });
    const boxes = draw(sampler, [8, 8], 500);
    expect(new Set(boxes.map((box) => box.y))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(boxes.map((box) => box.x))).toEqual(new Set([0, 1, 2, 3]));
  });

  it("holds the aspect ratio against the output's", () => {
    for (const box of draw(tensorflowCropSampler(), [400, 400], 500, 3, [10, 20])) {
      expect(box.width / box.height).toBeGreaterThan(1.5 - 0.05);
      expect(box.width / box.height).toBeLessThan(8 / 3 + 0.05);
    }
  });

  it("takes the whole image where nothing fits", () => {
    const sampler = tensorflowCropSampler({ aspectRatioRange: [0.1, 0.1], areaRange: [0.9, 1] });
    expect(draw(sampler, [10, 30], 3)).toEqual(Array(3).fill({ y: 0, x: 0, height: 10, width: 30 }));
  });
});

describe("torchvisionCropSampler", () => {
  it("draws the area uniformly: 0.54 on average where every box fits", () => {
    const sampler = torchvisionCropSampler({ areaRange: [0.08, 1], aspectRatioRange: [1, 1] });
    const areas = draw(sampler, [1000, 1000], 10_000).map((box) => (box.height * box.width) / 1000 ** 2);
    const { mean, deviation } = moments(areas);
    expect(Math.abs(mean - 0.54)).toBeLessThan(4 * (0.92 / Math.sqrt(12 * 10_000)));
    expect(Math.abs(deviation - 0.92 / Math.sqrt(12))).toBeLessThan(0.005);
  });

  it("draws every offset, the last too", () => {
    const sampler = torchvisionCropSampler({ areaRange: [0.25, 0.25], aspectRatioRange: [1, 1] });
    expect(new Set(draw(sampler, [8, 8], 500).map((box) => box.y))).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it("takes the largest box in the middle where nothing fits", () => {
    const sampler = torchvisionCropSampler({ areaRange: [1, 1] });
    expect(draw(sampler, [10, 30], 1)).toEqual([{ y: 0, x: 8, height: 10, width: 13 }]);
    expect(draw(sampler, [30, 10], 1)).toEqual([{ y: 8, x: 0, height: 13, width: 10 }]);
  });
});

describe("the samplers' options", () => {
  it.each([
    { areaRange: [0, 1] as const },
    { areaRange: [0.5, 1.5] as const },
    { aspectRatioRange: [2, 1] as const },
    { maximumAttempts: 0 },
  ])("are refused where they make no sense: %o", (options) => {
    for (const create of [tensorflowCropSampler, torchvisionCropSampler]) {
      expect(() => create(options)).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });
});

it("halves are rounded to even", () => {
  expect([0.5, 1.5, 2.5, 2.4, 2.6, -1.5, 328.125].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3, -2, 328]);
});
