import { below, disposeTree, eager, randomKey } from "@simclr/core";
import { embed, knn } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { pretrain } from "@simclr/training";
import type * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import { buildStep } from "./build-step.js";
import { atMost, imageSource } from "./image-source.js";
import { onlineProbes } from "./online-probes.js";
import { trainingImages } from "./training-images.js";

beforeAll(() => useTensorFlow({ device: "cpu" }));

const recipeWith = (linearProbe: boolean) =>
  defineRecipe({
    description: "Small.",
    imageSize: 12,
    exampleCount: 32,
    epochs: 2,
    batchSize: 16,
    backbone: { depth: 18, width: 1 / 16, stem: "cifar" },
    head: { layers: 2, outputSize: 8 },
    view: { colorStrength: 0, grayscaleProbability: 0 },
    optimizer: { kind: "sgd", learningRate: 0.1, warmupEpochs: 0 },
    evaluation: { linearProbe, everyEpochs: 2, probeExampleCount: 40, neighbours: 5 },
  });

async function trained(linearProbe: boolean) {
  const recipe = recipeWith(linearProbe);
  const source = await imageSource("digits", recipe, { onWarning: () => {} });
  const { images, ...labelled } = trainingImages(source, recipe);
  const step = buildStep(recipe, { batchSize: 16, exampleCount: 32, imageShape: [28, 28, 1], ...labelled });
  const probes = onlineProbes(source, recipe);
  const result = await pretrain({ dataset: images, step, batchSize: 16, epochs: 2, key: randomKey(1), probes });
  return { source, backbone: step.backbone, ...result };
}

test("the linear probe is measured on held-out images, as its logits written out", async () => {
  const { source, backbone, state, metrics } = await trained(true);
  const params = below("backbone", state.params);
  const batchStats = below("backbone", state.batchStats);
  const encode = eager((images: tf.Tensor4D) => {
    const { outputs } = backbone.apply(params, batchStats, images, { training: false });
    return outputs.features as tf.Tensor2D;
  });
  const [known, test] = [source.bank, source.test as NonNullable<typeof source.test>].map((d) => atMost(d, 40));
  const features = await embed(encode, test as never);
  const [kernel, bias] = ["kernel", "bias"].map((name) => [...(state.params[`supervisedHead/${name}`] as tf.Tensor).dataSync()]); // biome-ignore format: one line
  const { values, size, count, labels = [] } = features;
  const logit = (row: number, c: number) => Array.from({ length: size }, (_, i) => (values[row * size + i] as number) * (kernel?.[i * 10 + c] as number)).reduce((sum, x) => sum + x, bias?.[c] as number); // biome-ignore format: one line
  const places = Array.from({ length: count }, (_, row) => {
    const own = logit(row, labels[row] as number);
    return Array.from({ length: 10 }, (_, c) => logit(row, c)).filter((other) => other > own).length;
  });
  const share = (k: number) => places.filter((place) => place < k).length / count;
  expect(metrics["linearProbe/top1"]).toBeCloseTo(share(1), 6);
  expect(metrics["linearProbe/top5"]).toBeCloseTo(share(5), 6);
  const { top1 } = await knn(await embed(encode, known as never), features, { k: 5, classCount: 10 });
  expect(metrics["knn/top1"]).toBeCloseTo(top1, 6);
  expect(metrics.supervisedLoss).toBeGreaterThan(0);
  disposeTree(state);
});

test("without it the encoder is the same to the bit, and nothing of it is measured", async () => {
  const [beside, alone] = [await trained(true), await trained(false)];
  const encoder = (params: Record<string, tf.Tensor>) => Object.entries(below("backbone", params)).map(([path, tensor]) => [path, [...tensor.dataSync()]]); // biome-ignore format: one line
  expect(encoder(beside.state.params)).toEqual(encoder(alone.state.params));
  expect(Object.keys(alone.metrics).filter((name) => /linearProbe|supervised/.test(name))).toEqual([]);
  disposeTree([beside.state, alone.state]);
});

test("images without labels are refused", async () => {
  const { bank, ...source } = await imageSource("digits", recipeWith(true), { onWarning: () => {} });
  const { labels, classNames, ...pretraining } = bank;
  expect([labels?.length, classNames?.length]).toEqual([32, 10]);
  expect(() => trainingImages({ ...source, bank, pretraining }, recipeWith(true))).toThrow(
    /CLI__LABELS_MISSING.*evaluation\.linearProbe=true/,
  );
  expect(trainingImages({ ...source, bank, pretraining }, recipeWith(false))).toEqual({ images: pretraining });
});
