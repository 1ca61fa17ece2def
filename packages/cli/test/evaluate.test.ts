import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cutmix, mixup, randomMix, randomResizedCrop, view } from "@simclr/augmentations";
import { foldIn, randomKey } from "@simclr/core";
import { arrayDataset, type Dataset, digits, labelSubset, splitDataset, subset } from "@simclr/data";
import {
  distillationEvaluator,
  type EvaluationResult,
  embed,
  fineTuneEvaluator,
  knnEvaluator,
  linearEvaluator,
  linearFeaturesEvaluator,
  logisticRegressionEvaluator,
  rawPixels,
  retrievalEvaluator,
  supervisedEvaluator,
} from "@simclr/evaluation";
import { loadEncoder, loadNetwork } from "@simclr/training";
import { beforeAll, describe, expect, test } from "vitest";
import { validationSplit } from "../src/evaluation/validation-split.js";
import { evaluationTable } from "../src/report/evaluation-table.js";
import { readEvaluations, type SavedEvaluation } from "../src/report/saved-evaluation.js";
import { type EvaluateRunOptions, evaluateRun } from "../src/run/evaluate-run.js";
import { evenlySpaced } from "../src/run/image-source.js";
import { pretrainRun } from "../src/run/pretrain-run.js";
import { recipeCompile } from "../src/run/recipe-compile.js";
import type { Terminal } from "../src/terminal/terminal.js";

const run = join(mkdtempSync(join(tmpdir(), "simclr-evaluate-")), "run");
const recipe = {
  description: "Digits, as few as will do.",
  xla: false,
  imageSize: 16,
  exampleCount: 200,
  epochs: 1,
  batchSize: 50,
  seed: 3,
  view: { flipProbability: 0 },
  backbone: { width: 0.05, stem: "cifar" },
  head: { layers: 2, outputSize: 8 },
  optimizer: { kind: "sgd", learningRate: 0.05, warmupEpochs: 0 },
  evaluation: { linearEpochs: 3, exampleCount: 100, neighbours: 20 },
} as const;
const examples = 120;
const key = foldIn(randomKey(3), "evaluate");

/** Hears titles of bars, and says nothing. */
function silent(onBar: (title: string) => void = () => {}): Terminal {
  const progress: Terminal["progress"] = ({ title }) => {
    onBar(title);
    return { update: () => {}, print: () => {}, stop: () => {} };
  };
  return { print: () => {}, progress };
}

const evaluate = (options: Omit<EvaluateRunOptions, "runFolder">) =>
  evaluateRun({ runFolder: run, terminal: silent(), examples, ...options });
const files = () => readdirSync(join(run, "evaluations")).sort();
const saved = (name: string): SavedEvaluation =>
  JSON.parse(readFileSync(join(run, "evaluations", `${name}.json`), "utf8"));
/** All but the time that it took, and what the command line adds. */
function said({ seconds: _, versions: __, recipe: ___, ...rest }: EvaluationResult): unknown {
  const { encoder: _____, encoderTitle: ______, data: _______, step: ________, ...result } = rest as SavedEvaluation;
  return JSON.parse(JSON.stringify(result));
}

beforeAll(async () => {
  const { evaluation } = await pretrainRun({ data: "digits", recipe, runFolder: run, terminal: silent() });
  expect(evaluation?.interrupted).toBe(false);
});

test("pretraining ends with kNN and linear on features, of three encoders, saved one by one", async () => {
  const encoders = ["pixels", "trained", "untrained"];
  expect(files()).toEqual(["knn", "linear-features"].flatMap((name) => encoders.map((each) => `${name}-${each}.json`)));
  const report = JSON.parse(readFileSync(join(run, "report", "report.json"), "utf8"));
  for (const { encoder, knn, linear } of report.accuracies.encoders) {
    expect([knn, linear]).toEqual([
      saved(`knn-${encoder}`).metrics.top1,
      saved(`linear-features-${encoder}`).metrics.top1,
    ]);
  }
  expect(report.accuracies).toMatchObject({ bankCount: 100, testCount: 100, neighbours: 20, classCount: 10 });
});

describe("every protocol", () => {
  let evaluations: readonly SavedEvaluation[];
  let parts: { train: Dataset; test: Dataset };

  beforeAll(async () => {
    rmSync(join(run, "evaluations"), { recursive: true });
    const result = await evaluate({
      protocols: ["all-features", "linear", "fine-tune", "supervised"],
      encoders: ["trained", "untrained"],
      labelFractions: [0.25, 1],
      epochs: 1,
      batchSize: 30,
      learningRate: 0.02,
      fineTuneAfterBlock: 0,
      fineTuneFromHeadLayer: 1,
      k: 7,
    });
    evaluations = result.evaluations;
    const [all, test] = await Promise.all([digits({ split: "train" }), digits({ split: "test" })]);
    const bank = subset(all, evenlySpaced(all.length, 200));
    parts = {
      train: subset(bank, evenlySpaced(200, examples)),
      test: subset(test, evenlySpaced(test.length, examples)),
    };
  });

  test("leaves a file for each encoder and label fraction, as it returned them, and nothing else", async () => {
    const features = ["knn", "linear-features", "logistic-regression", "retrieval"];
    expect(files()).toEqual(
      [
        ...features.flatMap((name) => [`${name}-trained.json`, `${name}-untrained.json`]),
        ...["linear-trained.json", "fine-tune-0.25-trained.json", "fine-tune-1-trained.json"],
        ...["supervised-0.25-untrained.json", "supervised-1-untrained.json"],
      ].sort(),
    );
    const read = await readEvaluations(run);
    expect(read).toHaveLength(evaluations.length);
    for (const one of evaluations) expect(read).toContainEqual(JSON.parse(JSON.stringify(one)));
  });

  test("on features has the numbers of its evaluator", async () => {
    // Compiled as the command line compiles: fused operations round otherwise, and an image on the border turns.
    const compile = recipeCompile({ precision: "float32", xla: false });
    const { encode, dispose } = await loadEncoder(run, { compile });
    const options = { key, compile };
    expect(said(saved("knn-trained"))).toEqual(said(await knnEvaluator(encode, parts, { ...options, k: 7 })));
    const retrieved = await retrievalEvaluator(encode, parts, options);
    expect(said(saved("retrieval-trained"))).toEqual(said(retrieved));
    const linear = await linearFeaturesEvaluator(encode, parts, { ...options, epochs: 3 });
    expect(saved("linear-features-trained").metrics.loss).toBeCloseTo(linear.metrics.loss as number, 4);
    // The whole is embedded once and split, as there.
    const { embed: embedParts, ...split } = await validationSplit(parts.train, foldIn(key, "validation"), embed);
    const halves = splitDataset(parts.train, { fraction: 0.9, key: foldIn(key, "validation"), stratified: true });
    expect([split.train.labels, split.validation.labels]).toEqual(halves.map(({ labels }) => labels));
    const logistic = await logisticRegressionEvaluator(
      encode,
      { ...parts, ...split },
      { ...options, embed: embedParts },
    );
    const own = saved("logistic-regression-trained");
    expect(own.counts).toEqual({ train: 108, validation: 12, test: 120, classes: 10 });
    expect(own.settings.regularization).toBe(logistic.settings.regularization);
    expect(own.predictions).toEqual(logistic.predictions);
    dispose();
  });

  test("on images has the numbers of its evaluator, with the same labels for both", async () => {
    const { dispose, ...network } = await loadNetwork(run);
    const compile = recipeCompile({ precision: "float32", xla: false });
    const imageSize = [28, 28] as const;
    const options = { key, compile, imageSize, view: view([randomResizedCrop({ imageSize })]), epochs: 1, batchSize: 30, learningRate: 0.02 }; // biome-ignore format: one line
    const tuning = { labelFraction: 0.25, fineTuneAfterBlock: 0, fineTuneFromHeadLayer: 1 } as const;
    const linear = await linearEvaluator(network, parts, options);
    const tuned = await fineTuneEvaluator(network, parts, { ...options, ...tuning });
    const labels = labelSubset(parts.train, { fraction: 0.25, key: foldIn(key, "labels") });
    const scratch = await supervisedEvaluator(network, { ...parts, train: labels }, options);
    expect(said(saved("linear-trained"))).toEqual(said(linear));
    expect(said(saved("fine-tune-0.25-trained"))).toEqual(said(tuned));
    const own = saved("supervised-0.25-untrained");
    expect(own.settings).toMatchObject({ labelFraction: 0.25 });
    expect(said({ ...own, settings: scratch.settings })).toEqual(said(scratch));
    expect(own.counts).toEqual(saved("fine-tune-0.25-trained").counts);
    dispose();
  });

  test("mixes images and labels of the supervised baseline, when it is told to", async () => {
    const { dispose, ...network } = await loadNetwork(run);
    const before = saved("supervised-1-untrained");
    const training = { epochs: 1, batchSize: 30, learningRate: 0.02 };
    const mixing = { mix: ["cutmix", "mixup"], mixupAlpha: 0.4, mixProbability: 0.75 } as const;
    const { evaluations: mixed } = await evaluate({ protocols: ["supervised"], ...training, ...mixing });
    const compile = recipeCompile({ precision: "float32", xla: false });
    const imageSize = [28, 28] as const;
    const mix = randomMix([mixup({ alpha: 0.4 }), cutmix()], { probability: 0.75 });
    const options = { key, compile, imageSize, view: view([randomResizedCrop({ imageSize })]), ...training, mix };
    const expected = await supervisedEvaluator(network, parts, options);
    const own = saved("supervised-1-mixup-cutmix-untrained");
    expect(own.settings).toMatchObject({ ...mixing, mix: ["mixup", "cutmix"], cutmixAlpha: 1, labelFraction: 1 });
    expect(said({ ...own, settings: expected.settings })).toEqual(said(expected));
    expect(own.metrics.trainLoss).not.toBe(before.metrics.trainLoss);
    expect(before.settings).not.toHaveProperty("mix");
    // Beside the plain result, on the page too.
    expect(saved("supervised-1-untrained")).toEqual(before);
    const title = "Supervised with mixup and cutmix, 100% of labels";
    expect(evaluationTable(mixed)).toContain(title);
    const page = readFileSync(join(run, "report", "index.html"), "utf8");
    for (const each of [title, "Supervised, 100% of labels"]) expect(page).toContain(each);
    // The published numbers.
    await evaluate({ protocols: ["supervised"], ...training, mix: ["mixup"] });
    const { settings } = saved("supervised-1-mixup-untrained");
    expect(settings).toMatchObject({ mix: ["mixup"], mixupAlpha: 0.2, mixProbability: 1 });
    expect(settings).not.toHaveProperty("cutmixAlpha");
    for (const name of ["mixup", "mixup-cutmix"])
      rmSync(join(run, "evaluations", `supervised-1-${name}-untrained.json`));
    dispose();
  });

  test("distils into the network itself, or into a student, and says what the teacher reached", async () => {
    const { dispose, ...network } = await loadNetwork(run);
    const student = { epochs: 2, batchSize: 30, learningRate: 0.02 };
    const { evaluations: itself } = await evaluate({
      ...{ protocols: ["distill"], labelFractions: [0.25], ...student },
      ...{ teacherEpochs: 3, temperature: 0.5, fineTuneFromHeadLayer: 1 },
    });
    const own = saved("distill-0.25-trained");
    const compile = recipeCompile({ precision: "float32", xla: false });
    const imageSize = [28, 28] as const;
    const options = { key, compile, imageSize, view: view([randomResizedCrop({ imageSize })]), ...student };
    const teacher = { epochs: 3, fineTuneFromHeadLayer: 1 };
    const expected = await distillationEvaluator(network, parts, { ...options, teacher, labelFraction: 0.25, temperature: 0.5 }); // biome-ignore format: one line
    expect(said(own)).toEqual(said(expected));
    expect(own.counts.train).toBe(examples);
    expect(own.settings.teacher).toMatchObject({ labels: examples / 4, epochs: 3, labelFraction: 0.25 });
    expect(evaluationTable(itself)).toMatch(/Distilled, 25% of labels/);
    expect(readFileSync(join(run, "report", "index.html"), "utf8")).toContain("Distilled, 25% of labels");

    // With the labels beside its teacher's word, equation 3.
    const beside = { distillationWeight: 0.6, temperature: 0.5 };
    const { evaluations: both } = await evaluate({ protocols: ["distill"], labelFractions: [0.25], ...student, ...beside, teacherEpochs: 3, fineTuneFromHeadLayer: 1 }); // biome-ignore format: one line
    const withLabels = await distillationEvaluator(network, parts, { ...options, teacher, labelFraction: 0.25, ...beside }); // biome-ignore format: one line
    expect(said(saved("distill-0.25-with-labels-trained"))).toEqual(said(withLabels));
    expect(withLabels.metrics.trainLoss).not.toBe(expected.metrics.trainLoss);
    expect(evaluationTable(both)).toMatch(/Distilled with labels, 25% of labels/);
    expect(readFileSync(join(run, "report", "index.html"), "utf8")).toContain("Distilled with labels, 25% of labels");
    expect(saved("distill-0.25-trained")).toEqual(own);
    rmSync(join(run, "evaluations", "distill-0.25-with-labels-trained.json"));

    const recipeFile = join(run, "..", "student.json");
    writeFileSync(recipeFile, JSON.stringify({ ...recipe, backbone: { width: 0.02, stem: "cifar" } }));
    for (const [name, settings, temperature] of [[recipeFile, "student.json", 1], [run, "run", 0.1]] as const) {
      await evaluate({ protocols: ["distill"], labelFractions: [0.25], ...student, teacherEpochs: 1, student: name });
      const taught = saved(`distill-0.25-to-${settings}-trained`);
      expect(taught.settings).toMatchObject({ student: settings, temperature });
      expect(taught.encoderTitle).toMatch(new RegExp(`taught to ${settings}$`));
      expect(saved("distill-0.25-trained")).toEqual(own);
      rmSync(join(run, "evaluations", `distill-0.25-to-${settings}-trained.json`));
    } // biome-ignore format: one line each
    rmSync(join(run, "evaluations", "distill-0.25-trained.json"));
    dispose();
  });

  test("is on the page and in the table", () => {
    const page = readFileSync(join(run, "report", "index.html"), "utf8");
    const table = evaluationTable(evaluations);
    for (const { metrics, primary, interval } of evaluations) {
      const [value, low, high] = [metrics[primary], ...interval].map((share) => (100 * (share as number)).toFixed(1));
      expect(page).toContain(`data-value="${metrics[primary]}"`);
      expect(page).toContain(`${value}%<small>${low}–${high}</small>`);
      expect(table).toMatch(new RegExp(`${value}% │ +${low}–${high}`));
    }
    for (const title of [
      "Linear, on features",
      "Fine-tuned, 25% of labels",
      "Supervised, 100% of labels",
      "Retrieval",
    ]) {
      expect(page).toContain(title);
    }
    expect(table).toMatch(/Supervised, 25% of labels +│ the same, untrained/);
  });

  test("is replaced when it is measured again, and the others stay", async () => {
    const [before, names] = [saved("linear-trained"), files()];
    writeFileSync(join(run, "evaluations", "knn-trained.json"), "cut o");
    const { evaluations: again } = await evaluate({ protocols: ["knn"], encoders: ["trained"], k: 3 });
    expect(again.map(({ settings }) => settings.k)).toEqual([3]);
    expect(saved("knn-trained").settings.k).toBe(3);
    expect([saved("linear-trained"), files()]).toEqual([before, names]);
  });
});

test("a signal keeps what is finished, with a page", async () => {
  rmSync(join(run, "evaluations"), { recursive: true });
  const controller = new AbortController();
  const terminal = silent((title) => title === "Retrieval" && controller.abort());
  const options = { protocols: ["retrieval", "knn", "linear"], encoders: ["trained"] } as const;
  const { interrupted, evaluations } = await evaluate({ ...options, terminal, signal: controller.signal });
  expect(interrupted).toBe(true);
  expect(evaluations.map(({ protocol }) => protocol)).toEqual(["knn"]);
  expect(files()).toEqual(["knn-trained.json"]);
});

describe("what cannot be measured is refused before anything is", () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ["an unknown protocol", { protocols: ["knn", "fine-tun"] }, "UNKNOWN_PROTOCOL", /Did you mean "fine-tune"\?/],
    ["no protocol", { protocols: [] }, "INVALID_OPTION", /at least one protocol/],
    ["no labels", { protocols: ["fine-tune"], labelFractions: [0.1, 0] }, "INVALID_OPTION", /--label-fraction|above 0/],
    ["half an epoch", { protocols: ["linear"], epochs: 0.5 }, "INVALID_OPTION", /whole number of at least 1; received 0\.5/],
    ["an unknown encoder", { encoders: ["own"] }, "INVALID_OPTION", /trained, untrained, pixels; received own/],
    ["a block that is not there", { protocols: ["fine-tune"], fineTuneAfterBlock: 5 }, "INVALID_OPTION", /from -1 to 4/],
    ["a layer that is not there", { protocols: ["fine-tune"], fineTuneFromHeadLayer: 3 }, "INVALID_OPTION", /head, 0 to 2/],
    ["epochs of kNN", { protocols: ["knn"], epochs: 3 }, "INVALID_OPTION", /along with linear, fine-tune, distill or supervised/],
    ["an unknown mixture", { protocols: ["supervised"], mix: ["cutmixup"] }, "INVALID_OPTION", /of mixup, cutmix; received cutmixup/],
    ["a mixture of what is frozen", { protocols: ["linear"], mix: ["mixup"] }, "INVALID_OPTION", /--mix along with supervised/],
    ["shares of no mixup", { protocols: ["supervised"], mix: ["cutmix"], mixupAlpha: 0.2 }, "INVALID_OPTION", /--mixup-alpha along with --mix mixup/],
    ["no temperature", { protocols: ["distill"], temperature: 0 }, "INVALID_OPTION", /a number above 0; received 0/],
    ["more than the teacher alone", { protocols: ["distill"], distillationWeight: 1.5 }, "INVALID_OPTION", /from 0 to 1; received 1\.5/],
    ["a weight of no teacher", { protocols: ["fine-tune"], distillationWeight: 0.5 }, "INVALID_OPTION", /--distillation-weight along with distill/],
    ["a student of nobody", { protocols: ["fine-tune"], student: "digits" }, "INVALID_OPTION", /--student along with distill/],
    ["a student that is not there", { protocols: ["distill"], student: "digit" }, "UNKNOWN_RECIPE", /Did you mean "digits"\?/],
    ["no alpha", { protocols: ["supervised"], mix: ["cutmix"], cutmixAlpha: 0 }, "INVALID_OPTION", /a number above 0/],
    ["more than always", { protocols: ["supervised"], mix: ["cutmix"], mixProbability: 2 }, "INVALID_OPTION", /from 0 to 1/],
    ["more neighbours than images", { protocols: ["knn"], k: 121 }, "INVALID_OPTION", /training images, 120; received 121/],
    ["labels than classes fewer", { protocols: ["fine-tune", "knn"], labelFractions: [0.05] }, "TOO_FEW_LABELS", /10 classes/],
  ])("%s", async (_, options, code, message) => {
    const before = files();
    await expect(evaluate(options as Omit<EvaluateRunOptions, "runFolder">)).rejects.toMatchObject({
      code: expect.stringMatching(new RegExp(`__${code}$`)),
      message: expect.stringMatching(message),
    });
    expect(files()).toEqual(before);
  }); // biome-ignore format: one line each

  test("labels beside a teacher of images that have none", async () => {
    const all = await digits({ split: "train" });
    const bank = subset(all, evenlySpaced(all.length, 60));
    const source = { name: "digits", pretraining: bank, bank, test: bank, networkTest: bank, networkTraining: bank };
    const before = files();
    const asked = evaluate({ protocols: ["knn", "distill"], k: 5, distillationWeight: 0.5, source });
    await expect(asked).rejects.toThrow(
      /INVALID_OPTION.*expected 1 for a run that learned from images without labels/s,
    );
    expect(files()).toEqual(before);
  });

  test("images without labels, and a damaged file that would stay", async () => {
    const { labels: _, classNames: __, ...images } = await digits({ split: "train" });
    const bank = subset(images, [0, 1, 2, 3]);
    const source = { name: "digits", pretraining: bank, bank };
    await expect(evaluate({ protocols: ["knn"], source })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__CLI__LABELS_MISSING",
    });
    const broken = join(run, "evaluations", "retrieval-trained.json");
    writeFileSync(broken, "{");
    await expect(evaluate({ protocols: ["knn"] })).rejects.toMatchObject({ context: { file: broken } });
    expect(files()).toEqual(["knn-trained.json", "retrieval-trained.json"]);
    rmSync(broken);
    expect(existsSync(broken)).toBe(false);
  });
});

test("rows of a validation split are those of its images", async () => {
  const images = Uint8Array.from({ length: 600 }, (_, i) => i % 251);
  const labels = Array.from({ length: 300 }, (_, i) => i % 3);
  const whole = arrayDataset({ images, shape: [300, 1, 2, 1], labels });
  let embedded = 0;
  const split = await validationSplit(whole, key, async (_, dataset) => {
    embedded += dataset === whole ? 1 : 0;
    const { labels: own } = dataset;
    return { values: Float32Array.from(images), count: 300, size: 2, ...(own && { labels: own }) };
  });
  const [train, validation] = splitDataset(whole, { fraction: 0.9, key, stratified: true });
  for (const [own, expected] of [[split.train, train], [split.validation, validation]] as const) {
    const features = await split.embed(rawPixels, own);
    const all = await expected.read(Array.from({ length: expected.length }, (_, i) => i));
    expect([...features.values]).toEqual([...all.images]);
    expect(features.labels).toEqual(expected.labels);
  } // biome-ignore format: one line
  expect(embedded).toBe(2);
});
