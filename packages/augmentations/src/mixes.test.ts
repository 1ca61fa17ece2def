import { eager, randomKey, type TensorTree, uniform } from "@simclr/core";
import { expectClose, expectGradient, expectNoLeak } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import golden from "./fixtures/mixes.json" with { type: "json" };
import { type BatchMix, cutmix, mixup, parameterTensors, randomErasing, randomMix } from "./index.js";
import { sampleBeta } from "./sample-beta.js";

const four = <T>(value: T) => [value, value, value, value];
const imagesOf = () => tf.tensor4d(golden.mixes.images.flat(3), [4, 6, 5, 3]);
const labelsOf = () => tf.cast(tf.oneHot(tf.tensor1d(golden.mixes.labels, "int32"), 3), "float32") as tf.Tensor2D;
// torchvision mixes every image with the one before.
const partner = [3, 0, 1, 2];
const imageSize = golden.imageSize as [number, number];

describeEachBackend((backendName) => {
  it.each(golden.mixes.cases)("$mix is torchvision's: $lambda $box", (one) => {
    const [x1, y1, x2, y2] = (one.box ?? [0, 0, 0, 0]) as [number, number, number, number];
    const box = { y: four(y1), x: four(x1), height: four(y2 - y1), width: four(x2 - x1) };
    expectNoLeak(() =>
      tf.tidy(() => {
        const actual =
          one.mix === "mixup"
            ? mixup().apply(imagesOf(), labelsOf(), { lambda: four(one.lambda as number), partner })
            : cutmix().apply(imagesOf(), labelsOf(), { ...box, partner });
        expectClose(actual.images, one.images.flat(3), { absolute: 1e-6 });
        expectClose(actual.labels, one.labels.flat(), { absolute: 1e-6 });
        return undefined;
      }),
    );
  });

  it("every image has its own share, its own rectangle and its own partner", () => {
    tf.tidy(() => {
      const images = tf.tensor4d([0, 0.25, 0.5, 1], [4, 1, 1, 1]);
      const labels = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
      const shares = { lambda: [1, 0.5, 0, 0.75], partner: [3, 2, 1, 0] };
      expectClose(mixup().apply(images, labels, shares).images, [0, 0.375, 0.25, 0.75], { absolute: 1e-7 });
      expectClose(mixup().apply(images, labels, shares).labels, [1, 0, 0.5, 0.5, 0, 1, 0.25, 0.75], { absolute: 1e-7 });
      const boxes = { y: four(0), x: four(0), height: [1, 0, 1, 0], width: [1, 1, 1, 0], partner: [3, 2, 1, 0] };
      expectClose(cutmix().apply(images, labels, boxes).images, [1, 0.25, 0.25, 1], { absolute: 0 });
      expectClose(cutmix().apply(images, labels, boxes).labels, [0, 1, 0, 1, 0, 1, 0, 1], { absolute: 0 });
    });
  });

  it.each<BatchMix>([mixup({ perImage: true }), cutmix({ perImage: true }), randomMix([mixup(), cutmix()])])(
    "$name: plain, compilable, differentiable",
    (mix) => {
      const context = { batchSize: 4, imageSize: [6, 5] } as const;
      const parameters = mix.sample(randomKey(3), context);
      expect(mix.sample(randomKey(3), context)).toEqual(parameters);
      expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
      const apply = (x: TensorTree, y: TensorTree, p: TensorTree) =>
        mix.apply(x as tf.Tensor4D, y as tf.Tensor2D, p as never) as unknown as TensorTree;
      const compiled = (backendName === "tensorflow" ? compile : eager)(apply);
      tf.tidy(() => {
        const actual = compiled(imagesOf(), labelsOf(), parameterTensors(parameters)) as Record<string, tf.Tensor>;
        const expected = mix.apply(imagesOf(), labelsOf(), parameters as never);
        expectClose(actual.images as tf.Tensor, expected.images, { absolute: 1e-6 });
        expectClose(actual.labels as tf.Tensor, expected.labels, { absolute: 1e-6 });
      });
      compiled.dispose();
      const weights = tf.tensor4d(Float32Array.from(uniform(randomKey(8), 360)), [4, 6, 5, 3]);
      const [images, labels] = [imagesOf(), labelsOf()];
      const loss = (x: tf.Tensor) =>
        tf.sum(tf.mul(mix.apply(x as tf.Tensor4D, labels, parameters as never).images, weights)) as tf.Scalar;
      expectGradient(loss, [images]);
      tf.dispose([weights, images, labels]);
    },
  );

  it("randomMix is the one that was chosen, or the batch itself, to the bit", () => {
    const members = [mixup({ alpha: 0.4 }), cutmix()];
    const mix = randomMix(members);
    const { mixes } = mix.sample(randomKey(3), { batchSize: 4, imageSize: [6, 5] });
    expectNoLeak(() =>
      tf.tidy(() => {
        const [images, labels] = [imagesOf(), labelsOf()];
        for (const chosen of [-1, 0, 1]) {
          const actual = mix.apply(images, labels, { chosen: four(chosen), mixes });
          const expected = members[chosen]?.apply(images, labels, mixes[chosen] as never) ?? { images, labels };
          expect([...actual.images.dataSync()]).toEqual([...expected.images.dataSync()]);
          expect([...actual.labels.dataSync()]).toEqual([...expected.labels.dataSync()]);
        }
        expect(() => mix.apply(images, labels, { chosen: four(0), mixes: [] })).toThrow(
          "SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH",
        );
        return undefined;
      }),
    );
  });

  it("refuse labels of another batch", () => {
    tf.tidy(() => {
      const parameters = { lambda: four(0.5), partner };
      expect(() => mixup().apply(imagesOf(), tf.ones([3, 3]), parameters)).toThrow(
        "SIMCLR_ERROR__CORE__SHAPE_MISMATCH",
      );
      expect(() => mixup().apply(imagesOf(), labelsOf(), { ...parameters, partner: [0] })).toThrow(
        "SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH",
      );
    });
  });
});

describe("what is drawn", () => {
  it.each(golden.beta)("beta of alpha $alpha has numpy's deciles", ({ alpha, deciles }) => {
    const count = 6000;
    const draws = Array.from({ length: count }, (_, i) => sampleBeta(randomKey(i), alpha));
    expect(draws.every((x) => x >= 0 && x <= 1)).toBe(true);
    deciles.forEach((decile, i) => {
      // A count below a decile is binomial: four deviations.
      const share = (i + 1) / 10;
      const below = draws.filter((x) => x < decile).length;
      expect(Math.abs(below - count * share)).toBeLessThan(4 * Math.sqrt(count * share * (1 - share)));
    });
  });

  /** Means of as many draws as ours against torchvision's: four deviations of both. */
  function expectMoments(
    columns: readonly (readonly number[])[],
    expected: { mean: number[]; deviation: number[]; count: number },
  ) {
    columns.forEach((values, i) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      const [theirs, spread] = [expected.mean[i] as number, expected.deviation[i] as number];
      expect(Math.abs(mean - theirs)).toBeLessThan(4 * spread * Math.sqrt(1 / values.length + 1 / expected.count));
      expect(deviation / spread).toBeGreaterThan(0.95);
      expect(deviation / spread).toBeLessThan(1.05);
    });
  }

  it("CutMix's rectangles are torchvision's", () => {
    const boxes = cutmix({ perImage: true }).sample(randomKey(2), { batchSize: 6000, imageSize });
    expectMoments([boxes.y, boxes.x, boxes.height, boxes.width], golden.cuts);
  });

  it("random erasing's rectangles are torchvision's", () => {
    const { y, x, height, width } = randomErasing().sample(randomKey(4), { batchSize: 6000, imageSize });
    const area = height.map((h, i) => h * (width[i] as number));
    const ratio = height.map((h, i) => Math.log(h / (width[i] as number)));
    expectMoments([y, x, height, width, area, ratio], golden.erasing);
    const never = randomErasing({ areaRange: [1, 1] }).sample(randomKey(1), { batchSize: 3, imageSize });
    expect(never.height).toEqual([0, 0, 0]);
  });

  it("a batch shares its share, or every image has its own; partners are a permutation", () => {
    const context = { batchSize: 64, imageSize } as const;
    const shared = mixup().sample(randomKey(5), context);
    const own = mixup({ perImage: true }).sample(randomKey(5), context);
    expect([new Set(shared.lambda).size, new Set(own.lambda).size]).toEqual([1, 64]);
    expect([...own.partner].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(new Set(cutmix().sample(randomKey(6), context).y).size).toBe(1);
  });

  it("randomMix chooses by its weights, one for a batch, and leaves some alone", () => {
    const draws = (options: object) => {
      const mix = randomMix([mixup(), cutmix()], options);
      return Array.from({ length: 2000 }, (_, i) => mix.sample(randomKey(i), { batchSize: 2, imageSize }).chosen);
    };
    const share = (all: readonly (readonly number[])[], which: number) =>
      all.filter(([first, second]) => first === which && second === which).length / all.length;
    // Four deviations of a binomial count.
    const near = (actual: number, p: number) => Math.abs(actual - p) <= 4 * Math.sqrt((p * (1 - p)) / 2000);
    const evenly = draws({});
    expect([share(evenly, -1), near(share(evenly, 0), 0.5), near(share(evenly, 1), 0.5)]).toEqual([0, true, true]);
    const rarely = draws({ weights: [3, 1], probability: 0.4 });
    expect([0.6, 0.3, 0.1].map((p, i) => near(share(rarely, i - 1), p))).toEqual([true, true, true]);
    expect(share(draws({ weights: [0, 2] }), 1)).toBe(1);
  });

  it("options that make no sense are refused", () => {
    for (const make of [
      () => mixup({ alpha: 0 }),
      () => cutmix({ alpha: Number.NaN }),
      () => randomMix([]),
      () => randomMix([mixup()], { weights: [1, 1] }),
      () => randomMix([mixup()], { weights: [0] }),
      () => randomMix([mixup()], { probability: 1.5 }),
      () => randomErasing({ areaRange: [0.5, 0.2] }),
      () => randomErasing({ aspectRatioRange: [0, 1] }),
      () => randomErasing({ value: [] }),
    ]) {
      expect(make).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    }
  });
});
