import { type Augmentation, centerCrop, cutout, gaussianNoise, grayscale, sobel, view } from "@simclr/augmentations";
import { below, foldIn, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { arrayDataset, type Dataset } from "@simclr/data";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { tintedSquares } from "./contract/tinted-squares.js";
import { free, network } from "./fixtures/three-colours.js";
import { type Encoder, embed, linearEvaluation, networkEncoder, transformationEvaluator } from "./index.js";
import { transformedDataset } from "./transformed-dataset.js";

const key = randomKey(6);
const side = 6;
const images = (count: number, seed: number) => tintedSquares(seed, Array.from({ length: count }, (_, i) => i % 3), side, 3); // biome-ignore format: one line
const all = async (dataset: Dataset) => dataset.read(Array.from({ length: dataset.length }, (_, i) => i));
const original = view([]) as Augmentation;

/** One image's bytes after an augmentation with the parameters that the whole dataset is sampled. */
function byHand(bytes: Uint8Array, augmentation: Augmentation, index: number, label: number, count: number): number[] {
  const context = { batchSize: count, imageSize: [side, side] } as const;
  const whole = augmentation.sample(foldIn(key, label), context) as Record<string, readonly number[]>;
  const own = Object.fromEntries(Object.entries(whole).map(([name, values]) => [name, [values[index] as number]]));
  return tf.tidy(() => {
    const pixels = tf.div<tf.Tensor4D>(tf.tensor4d(bytes, [1, side, side, 3], "float32"), 255);
    return [...augmentation.apply(pixels, own).dataSync()].map((x) => Math.floor(x * 255 + 0.5));
  });
}

describeEachBackend(() => {
  it("every image is its class's augmentation of it, in any batch", async () => {
    const classes = { original, covered: cutout() as Augmentation, noisy: gaussianNoise() as Augmentation, edges: sobel() as Augmentation }; // biome-ignore format: one line
    const dataset = images(14, 1);
    const transformed = transformedDataset(dataset, classes, key);
    const [before, after] = [await all(dataset), await all(transformed)];
    const labels = transformed.labels as Int32Array;
    expect([0, 1, 2, 3].map((label) => labels.filter((own) => own === label).length)).toEqual([4, 4, 3, 3]);
    expect(after.labels).toEqual(labels);
    const size = side * side * 3;
    labels.forEach((label, i) => {
      const bytes = before.images.slice(i * size, (i + 1) * size);
      const augmentation = Object.values(classes)[label] as Augmentation;
      const expected = label === 0 ? [...bytes] : byHand(bytes, augmentation, i, label, 14);
      // A pixel at half a level may round either way where sums are made in another order.
      expectClose([...after.images.slice(i * size, (i + 1) * size)], expected, { absolute: 1, relative: 0 });
    });
    const few = await transformed.read([9, 2, 9]);
    const row = (i: number) => [...after.images.slice(i * size, (i + 1) * size)];
    expectClose([...few.images], [...row(9), ...row(2), ...row(9)], { absolute: 1, relative: 0 });
    expect([...(few.labels as Int32Array)]).toEqual([9, 2, 9].map((i) => labels[i]));
  });

  it("measures what linear evaluation measures on the transformed images", async () => {
    const encoder: Encoder = (pixels) => tf.concat([tf.mean(pixels, [1, 2]), tf.max(pixels, [1, 2])], 1) as tf.Tensor2D;
    const classes = { color: original, grayscale: grayscale() as Augmentation };
    const [train, test] = [images(40, 1), images(22, 2)];
    const part = (dataset: Dataset, name: string) => embed(encoder, transformedDataset(dataset, classes, foldIn(key, name))); // biome-ignore format: one line
    const options = { key, epochs: 15, batchSize: 10 };
    const direct = await linearEvaluation(await part(train, "train"), await part(test, "test"), { ...options, classCount: 2 }); // biome-ignore format: one line
    const result = await transformationEvaluator(encoder, { train, test }, { ...options, transformation: "grayscale" });
    expect(result.metrics).toEqual({ top1: direct.top1, meanPerClass: expect.any(Number), loss: direct.loss, chance: 0.5 }); // biome-ignore format: one line
    expect(result.predictions).toEqual(direct.predictions);
    expect(result).toMatchObject({
      protocol: "transformation",
      settings: { transformation: "grayscale", classes: ["color", "grayscale"], epochs: 15 },
      counts: { train: 40, test: 22, classes: 2 },
    });
  });

  it("tells quarter turns from the corner that is lit, and by chance from what turning does not change", async () => {
    const lit = (count: number) => {
      const bytes = new Uint8Array(count * side * side);
      for (let i = 0; i < count; i++) bytes.fill(200 + (i % 50), i * side * side, i * side * side + 2);
      return arrayDataset({ images: bytes, shape: [count, side, side, 1] });
    };
    const datasets = { train: lit(80), test: lit(40) };
    const options = { key, transformation: "rotation", epochs: 40, batchSize: 16, learningRate: 0.5 } as const;
    const flat: Encoder = (pixels) => tf.reshape(pixels, [pixels.shape[0], -1]);
    const seen = await transformationEvaluator(flat, datasets, options);
    expect(seen.metrics).toMatchObject({ top1: 1, chance: 0.25 });
    const brightness: Encoder = (pixels) => tf.ones([pixels.shape[0], 1]);
    const unseen = await transformationEvaluator(brightness, datasets, options);
    expect(unseen.metrics.top1).toBeCloseTo(0.25, 10);
  });

  it("networkEncoder gives what the backbone and the head's layers give", () => {
    const subject = network();
    const { backbone, head, params, state } = subject;
    tf.tidy(() => {
      const pixels = tf.randomUniform<tf.Rank.R4>([2, side, side, 3], 0, 1, "float32", 3);
      const inference = { training: false };
      const features = backbone.apply(below("backbone", params), below("backbone", state), pixels, inference).outputs.features as tf.Tensor; // biome-ignore format: one line
      const outputs = head.apply(below("head", params), below("head", state), features, inference).outputs;
      expectClose(networkEncoder(subject)(pixels), features);
      expectClose(networkEncoder(subject, { headLayer: 1 })(pixels), outputs.layer1 as tf.Tensor);
      const last = Object.keys(outputs).filter((name) => /^layer/.test(name)).length;
      expectClose(networkEncoder(subject, { headLayer: last })(pixels), outputs.projection as tf.Tensor);
      expect(() => networkEncoder(subject, { headLayer: last + 1 })).toThrow("HEAD_LAYER_MISSING");
    });
    free(subject);
  });
});

describe("what cannot be predicted is refused", () => {
  const gray = arrayDataset({ images: new Uint8Array(4 * 6), shape: [4, 2, 3, 1] });
  const evaluate = (transformation: unknown) =>
    transformationEvaluator((x) => tf.ones([x.shape[0], 1]), { train: gray, test: gray }, { key, transformation: transformation as never }); // biome-ignore format: one line
  it.each([
    ["grayscale", /3 channels/],
    ["rotation", /square/],
    ["blur", /one of grayscale, rotation, noise, sobel/],
  ])("%s of gray images that are not square", (transformation, message) =>
    expect(evaluate(transformation)).rejects.toThrow(message),
  );
  it("a single class", () => expect(evaluate({ original })).rejects.toThrow(/two classes/));
  it("augmentations that resize", () =>
    expect(evaluate({ original, cropped: centerCrop({ imageSize: 2 }) })).rejects.toThrow(/cropped/));
});
