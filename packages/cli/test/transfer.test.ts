import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomResizedCrop, view } from "@simclr/augmentations";
import { backboneFromSpec } from "@simclr/backbones";
import { disposeTree, foldIn, normal, randomKey, withPrefix } from "@simclr/core";
import {
  type EvaluationResult,
  fineTuneSearchEvaluator,
  logisticRegressionEvaluator,
  multiLabelFineTuneSearchEvaluator,
  multiLabelLogisticRegressionEvaluator,
  regularizationGrid,
} from "@simclr/evaluation";
import { loadEncoder, loadNetwork } from "@simclr/training";
import sharp from "sharp";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { program } from "../src/program.js";
import { pretrainRun } from "../src/run/pretrain-run.js";
import { recipeCompile } from "../src/run/recipe-compile.js";
import { type TransferRunOptions, transferRun } from "../src/run/transfer-run.js";
import type { Terminal } from "../src/terminal/terminal.js";
import { publishedDatasets } from "../src/transfer/published-datasets.js";
import type { SavedTransfer } from "../src/transfer/saved-transfer.js";
import { transferDataset } from "../src/transfer/transfer-dataset.js";
import { parseTransferDescriptor, type TransferDescriptor } from "../src/transfer/transfer-descriptor.js";
import { transferOfData } from "../src/transfer/transfer-of-data.js";

const base = mkdtempSync(join(tmpdir(), "simclr-transfer-"));
const run = join(base, "run");
const recipe = {
  description: "Digits, as few as will do.",
  xla: false,
  imageSize: 12,
  exampleCount: 60,
  epochs: 1,
  batchSize: 30,
  seed: 3,
  view: { flipProbability: 0 },
  backbone: { width: 0.05, stem: "cifar" },
  head: { layers: 2, outputSize: 8 },
  optimizer: { kind: "sgd", learningRate: 0.05, warmupEpochs: 0 },
  evaluation: { linearEpochs: 1, exampleCount: 40, neighbours: 5 },
} as const;
const key = foldIn(randomKey(3), "transfer");
const quick = { learningRates: [0.01, 0.1], weightDecays: [0], steps: 3, batchSize: 8 } as const;

/** What is printed and which bars are drawn. */
function listening() {
  const [lines, bars]: [string[], string[]] = [[], []];
  const progress: Terminal["progress"] = ({ title }) => {
    bars.push(title);
    return { update: () => {}, print: () => {}, stop: () => {} };
  };
  return { lines, bars, terminal: { print: (line: string) => void lines.push(line), progress } satisfies Terminal };
}
const { terminal: silent } = listening();

async function picture(path: string, seed: number, brightness: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const raw = Uint8Array.from(normal(randomKey(seed), 16 * 12 * 3, brightness, 40), (x) =>
    Math.max(0, Math.min(255, x)),
  );
  await sharp(raw, { raw: { width: 16, height: 12, channels: 3 } })
    .png()
    .toFile(path);
}
let seed = 0;
const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
/** So many images of each class, a class brighter than the one before. */
async function classes(folder: string, perClass: number, names = ["ash", "beech", "cedar"]): Promise<void> {
  for (const [label, name] of names.entries()) {
    for (let i = 0; i < perClass; i++) await picture(join(folder, name, `${i}.png`), seed++, 60 + 60 * label);
  }
}
// Twelve images of three classes; packages/data/scripts.
const fixtures = fileURLToPath(new URL("../../data/src/fixtures", import.meta.url));
const data = join(base, "data");
const at = (...path: string[]) => join(data, ...path);

const transfer = (datasets: string[], options: Partial<TransferRunOptions> = {}) =>
  transferRun({ runFolder: run, datasets, dataFolder: data, terminal: silent, ...options });
const saved = (name: string): SavedTransfer => JSON.parse(readFileSync(join(run, "transfer", `${name}.json`), "utf8"));
const measured = ({ metrics, interval, settings, counts, predictions }: EvaluationResult) =>
  JSON.parse(JSON.stringify({ metrics, interval, settings, counts, predictions: predictions ?? null }));
const described = (name: string, more: object) => parseTransferDescriptor({ name, ...more });
const voc: Partial<TransferDescriptor> & object = {
  metric: "vocMeanAveragePrecision11",
  labels: "labels.csv",
  split: { kind: "lists", images: "jpg", train: ["train.txt"], validation: ["val.txt"], test: ["test.txt"], classes: "folder", extension: ".png" },
}; // biome-ignore format: one line

beforeAll(async () => {
  await Promise.all([
    classes(at("trees", "train"), 8),
    classes(at("trees", "val"), 4),
    classes(at("trees", "test"), 5),
  ]);
  await classes(at("drawn"), 6);
  write(at("drawn", "dataset.json"), JSON.stringify({ name: "drawn", title: "Drawn", metric: "meanPerClass", split: { kind: "random", trainPerClass: 4 }, classCount: 4, sizes: { train: 12, test: 7 } })); // biome-ignore format: one line
  const rows = ["path,classes,difficult"];
  const parts: Record<string, string[]> = { train: [], val: [], test: [] };
  for (let i = 0; i < 36; i++) {
    const [isBright, isNinth] = [i % 2 === 0, i % 9 === 4];
    await picture(at("voc", "jpg", `${i}.png`), seed++, isBright ? 180 : 60);
    rows.push(
      `${i}.png,${[isBright ? "bright" : "dark", i % 3 === 0 ? "third" : ""].join(" ")},${isNinth ? "third" : ""}`,
    );
    parts[["train", "train", "val", "test"][Math.floor(i / 9)] as string]?.push(`${i}`);
  }
  for (const [part, names] of Object.entries(parts)) write(at("voc", `${part}.txt`), `${names.join("\n")}\n`);
  write(at("voc", "labels.csv"), rows.join("\n"));
  write(at("voc", "dataset.json"), JSON.stringify({ name: "voc", ...voc }));
  await pretrainRun({ data: "digits", recipe, runFolder: run, terminal: silent });
});

describe("the suite", () => {
  test("has the numbers of the evaluators, a table with them, and a warning with both sizes", async () => {
    const { lines, bars, terminal } = listening();
    const result = await transfer(["trees", at("drawn"), at("voc", "dataset.json")], { terminal });
    expect(bars).toEqual(["trees, linear", "Drawn, linear", "voc, linear"]);
    expect(lines).toEqual(["Drawn has 6 test images; published are 7.", "Drawn has 3 classes; published are 4."]);
    expect(result.results.map(({ dataset, primary }) => [dataset, primary])).toEqual([["drawn", "meanPerClass"], ["trees", "top1"], ["voc", "vocMeanAveragePrecision11"]]); // biome-ignore format: one line

    const { encode, dispose } = await loadEncoder(run, {
      compile: recipeCompile({ precision: "float32", xla: false }),
    });
    const reading = { imageSize: 12, channels: 1 } as const;
    const options = { key, regularization: regularizationGrid() };
    const trees = await transferDataset(at("trees"), described("trees", {}), reading);
    if (trees.kind === "multi") throw new Error("of one class each");
    const own = await logisticRegressionEvaluator(encode, trees.features, options);
    expect(measured(saved("trees-linear-trained"))).toEqual(measured(own));
    expect(own.counts).toEqual({ train: 24, validation: 12, test: 15, classes: 3 });
    const several = await transferDataset(at("voc"), described("voc", voc), reading);
    if (several.kind === "single") throw new Error("of several classes");
    const ownVoc = await multiLabelLogisticRegressionEvaluator(encode, several.features, options);
    expect(measured(saved("voc-linear-trained"))).toEqual(measured(ownVoc));
    // Of each class 4 of 6 are drawn, and of these one for validation.
    expect(saved("drawn-linear-trained").counts).toEqual({ train: 9, validation: 3, test: 6, classes: 3 });
    dispose();

    const [markdown, csv, rows] = [result.files.markdown, result.files.csv, result.files.json].map((file) => readFileSync(file, "utf8")); // biome-ignore format: one line
    expect(markdown).toContain(
      `| trees | linear | trained | top-1 | ${(100 * (own.metrics.top1 as number)).toFixed(1)}% |`,
    );
    expect(csv?.split("\n")[2]).toMatch(
      new RegExp(`^trees,linear,trained,top1,${own.metrics.top1},${own.interval[0]},`),
    );
    expect(JSON.parse(rows as string)[1]).toMatchObject({ dataset: "trees", value: own.metrics.top1, testImages: 15 });
  });

  test("leaves what is finished, measures what is asked otherwise, and all --again", async () => {
    const { lines, bars, terminal } = listening();
    await transfer(["trees"], { terminal });
    expect([bars, lines]).toEqual([[], ["trees, linear, trained: finished before. --again measures it again."]]);
    await transfer(["trees"], { terminal, again: true });
    expect(bars).toEqual(["trees, linear"]);
    await transfer(["trees"], { terminal, regularizations: [1, 100], encoders: ["trained", "untrained"] });
    expect(bars).toHaveLength(3);
    expect((saved("trees-linear-trained").settings.searched as unknown[]).length).toBe(2);
    expect(saved("trees-linear-untrained").metrics).not.toEqual({});
  });

  test("fine-tunes as the evaluator does, and after an interruption makes no trial twice", async () => {
    const controller = new AbortController();
    const { terminal } = listening();
    const stopping: Terminal = {
      ...terminal,
      // The first step of the second trial.
      progress: () => ({ update: (done) => done === 4 && controller.abort(), print: () => {}, stop: () => {} }),
    };
    const options = { methods: ["fine-tune"], ...quick } as const;
    const stopped = await transfer(["trees"], { ...options, terminal: stopping, signal: controller.signal });
    expect(stopped.interrupted).toBe(true);
    const file = join(run, "transfer", "trees-fine-tune-trained.trials.json");
    const kept = JSON.parse(readFileSync(file, "utf8"));
    expect(kept.trials).toHaveLength(1);
    // A trial that was not made again keeps the number that only the file has.
    kept.trials[0].accuracy = 0.015625;
    writeFileSync(file, JSON.stringify(kept));
    await transfer(["trees"], options);
    expect(existsSync(file)).toBe(false);
    const own = saved("trees-fine-tune-trained");
    const searched = own.settings.searched as { accuracy: number }[];
    expect(searched[0]?.accuracy).toBe(0.015625);

    const { dispose, ...network } = await loadNetwork(run);
    const trees = await transferDataset(at("trees"), described("trees", {}), { imageSize: 12, channels: 1 });
    if (trees.kind === "multi") throw new Error("of one class each");
    const imageSize = [12, 12] as const;
    const { spec } = network.backbone;
    const direct = await fineTuneSearchEvaluator(network, trees.training, {
      ...{ key, ...quick, imageSize, view: view([randomResizedCrop({ imageSize })]) },
      compile: recipeCompile({ precision: "float32", xla: false }),
      trainAndValidation: trees.training.trainAndValidation,
      withBatchNormDecay: (batchNormDecay) => backboneFromSpec({ ...spec, batchNormDecay }),
      finished: kept.trials,
    });
    expect(measured(own)).toEqual(measured(direct));
    expect(own.counts).toEqual({ train: 24, validation: 12, test: 15, classes: 3 });
    dispose();
  });
});

test("images of several classes are fine-tuned as the evaluator does, from the trained network and from its first numbers", async () => {
  const { bars, terminal } = listening();
  const result = await transfer(["voc"], { methods: ["fine-tune"], encoders: ["trained", "untrained"], ...quick, terminal }); // biome-ignore format: one line
  expect(bars).toEqual(["voc, fine-tune", "voc, fine-tune"]);
  const rows = result.results.filter(({ dataset, method }) => dataset === "voc" && method === "fine-tune");
  expect(rows.map(({ encoder, primary, protocol }) => [encoder, primary, protocol])).toEqual([
    ["trained", "vocMeanAveragePrecision11", "multi-label-fine-tune-search"],
    ["untrained", "vocMeanAveragePrecision11", "multi-label-fine-tune-search"],
  ]);

  const { dispose, ...network } = await loadNetwork(run);
  const several = await transferDataset(at("voc"), described("voc", voc), { imageSize: 12, channels: 1 });
  if (several.kind === "single") throw new Error("of several classes");
  const imageSize = [12, 12] as const;
  const { backbone } = network;
  const options = {
    ...{ key, ...quick, imageSize, view: view([randomResizedCrop({ imageSize })]) },
    compile: recipeCompile({ precision: "float32", xla: false }),
    trainAndValidation: several.training.trainAndValidation,
    withBatchNormDecay: (batchNormDecay: number) => backboneFromSpec({ ...backbone.spec, batchNormDecay }),
  };
  const fresh = backbone.init(foldIn(foldIn(randomKey(3), "init"), "backbone"));
  const untrained = { backbone, params: withPrefix("backbone", fresh.params), state: withPrefix("backbone", fresh.state) }; // biome-ignore format: one line
  for (const [encoder, subject] of Object.entries({ trained: network, untrained })) {
    const direct = await multiLabelFineTuneSearchEvaluator(subject, several.training, options);
    const own = saved(`voc-fine-tune-${encoder}`);
    expect(measured(own)).toEqual(measured(direct));
    expect(own.counts).toEqual({ train: 18, validation: 9, test: 9, classes: 3 });
    expect(own.settings.searched).toHaveLength(2);
  }
  expect(saved("voc-fine-tune-trained").metrics.loss).not.toBe(saved("voc-fine-tune-untrained").metrics.loss);
  const markdown = readFileSync(result.files.markdown, "utf8");
  expect(markdown).toMatch(/\| voc \| fine-tune \| trained \|/);
  disposeTree([fresh.params, fresh.state]);
  dispose();
});

test("takes what pretrain takes: a folder of classes, a pattern of shards, what datasets saved", async () => {
  await classes(at("plain"), 10);
  const shards = join(fixtures, "train-{00000..00001}-of-00002.parquet");
  const { results } = await transfer(["plain", shards, join(fixtures, "special/on-disk")], { again: true });
  const counts = Object.fromEntries(results.map((result) => [result.dataset, result.counts]));
  expect(counts.plain).toEqual({ train: 21, validation: 3, test: 6, classes: 3 });
  expect(counts["train-00000..00001-of-00002.parquet"]).toEqual({ train: 6, validation: 3, test: 3, classes: 3 });
  expect(counts["on-disk"]).toEqual({ train: 6, validation: 3, test: 3, classes: 3 });

  const keys = { imageKey: null, labelKey: null, validationLabels: null, cacheFolder: null };
  const { encode, dispose } = await loadEncoder(run, { compile: recipeCompile({ precision: "float32", xla: false }) });
  const plain = await transferOfData(at("plain"), described("plain", {}), { imageSize: 12, channels: 1, keys });
  if (plain.kind === "multi") throw new Error("of one class each");
  const own = await logisticRegressionEvaluator(encode, plain.features, { key, regularization: regularizationGrid() });
  expect(measured(saved("plain-linear-trained"))).toEqual(measured(own));
  const { train, validation, test: tested } = plain.features;
  const all = await Promise.all([train, validation, tested].map((part) => part.read([...Array(part.length).keys()])));
  const seen = all.flatMap(({ images, shape }) => Array.from({ length: shape[0] }, (_, i) => images.slice(144 * i, 144 * (i + 1)).join())); // biome-ignore format: one line
  expect(new Set(seen).size).toBe(30);
  dispose();
});

describe("what cannot be measured is refused before anything is", () => {
  const cases: [string, () => Promise<unknown> | unknown, string[], object, string, RegExp][] = [
    ["a name of nothing", () => {}, ["oxford-pet"], {}, "UNKNOWN_DATASET", /Did you mean "oxford-pets"\?/],
    ["a folder that is not there", () => {}, ["dtd"], {}, "TRANSFER_FOLDER_MISSING", /images of dtd.*Unpack dtd-r1/s],
    ["no test part", () => classes(at("half", "train"), 3), ["half"], {}, "TRANSFER_SPLIT_MISSING", /half's test images by .*test/],
    ["no list", () => mkdirSync(at("food-101", "images"), { recursive: true }), ["food-101"], {}, "NO_IMAGES", /food-101/],
    ["a class without test images", async () => { await classes(at("gap", "train"), 3); await classes(at("gap", "test"), 2, ["ash", "beech"]); }, ["gap"], {}, "TRANSFER_CLASS_EMPTY", /test image of gap's class cedar/],
    ["a class of one image", async () => { await classes(at("one", "train"), 1); await classes(at("one", "test"), 2); }, ["one"], {}, "TRANSFER_CLASS_EMPTY", /at least 2 train images of one's class ash/],
    ["a test class that no train image has", async () => { await classes(at("new", "train"), 3, ["ash", "beech"]); await classes(at("new", "test"), 2); }, ["new"], {}, "TRANSFER_LABEL_UNKNOWN", /test image test\/cedar\/0\.png; received "cedar"/],
    ["images without labels", () => picture(at("bare", "a.png"), seed++, 90), ["bare"], {}, "LABELS_MISSING", /bare, to transfer to/],
    ["a class too small to split", () => classes(at("few"), 1), ["few"], {}, "TRANSFER_CLASS_EMPTY", /at least 2 train images of few's class ash/],
    ["a dataset that is not there", () => {}, ["cifar100"], {}, "DATASET_NOT_FOUND", /cifar100 in one of/],
    ["no dataset", () => {}, [], {}, "INVALID_OPTION", /at least one dataset/],
    ["a method that is none", () => {}, ["trees"], { methods: ["finetune"] }, "INVALID_OPTION", /linear, fine-tune; received finetune/],
    ["steps of linear", () => {}, ["trees"], { steps: 5 }, "INVALID_OPTION", /along with --method fine-tune/],
  ]; // biome-ignore format: a table
  test.each(cases)("%s", async (_, prepare, datasets, options, code, message) => {
    await prepare();
    const before = readdirSync(join(run, "transfer"));
    const error = await transfer(["trees", ...datasets].slice(datasets.length === 0 ? 1 : 0), { ...options, again: true }).catch((e) => e); // biome-ignore format: one line
    expect(error).toMatchObject({ code: expect.stringMatching(new RegExp(`__${code}$`)), message: expect.stringMatching(message) }); // biome-ignore format: one line
    expect(readdirSync(join(run, "transfer"))).toEqual(before);
  });

  const lists = (name: string, classesBy: string) =>
    described(name, { split: { kind: "lists", images: "drawn", train: ["train.txt"], test: ["test.txt"], classes: classesBy, extension: ".png" } }); // biome-ignore format: one line
  const read = (descriptor: TransferDescriptor) => transferDataset(data, descriptor, { imageSize: 12 }).catch((e) => e);

  test("lists: a class from the folder, the second word or the rest; what they name and is not there; no class", async () => {
    const line = (i: number) => `${["ash", "beech"][i % 2]}/${i >> 1} ${i % 2} of ${i % 2}`;
    write(at("train.txt"), [0, 1, 2, 3, 4, 5].map(line).join("\n"));
    write(at("test.txt"), [6, 7].map(line).join("\n"));
    expect((await read(lists("c", "column"))).features.test.classNames).toEqual(["0", "1"]);
    expect((await read(lists("r", "rest"))).features.train.classNames).toEqual(["0 of 0", "1 of 1"]);
    for (const file of ["train.txt", "test.txt"]) write(at(file), readFileSync(at(file), "utf8").replace(/ .*$/gm, ""));
    const { features } = await read(lists("f", "folder"));
    expect([features.train.classNames, ...features.test.labels]).toEqual([["ash", "beech"], 0, 1]);
    expect([features.train.length, features.validation.length]).toEqual([4, 2]);
    expect(await read(lists("r", "rest"))).toMatchObject({ code: expect.stringMatching(/TRANSFER_LIST_INVALID$/), context: { line: 1 } }); // biome-ignore format: one line
    write(at("test.txt"), "ash/3\nash/77\n");
    expect(await read(lists("f", "folder"))).toMatchObject({ code: expect.stringMatching(/TRANSFER_IMAGES_MISSING$/), context: { count: 1, first: ["drawn/ash/77.png"] } }); // biome-ignore format: one line
    rmSync(at("test.txt"));
    expect(await read(lists("f", "folder"))).toMatchObject({ code: expect.stringMatching(/TRANSFER_SPLIT_MISSING$/), context: { path: at("test.txt") } }); // biome-ignore format: one line
  });

  test("images of several classes without a label, and a file of labels that is none", async () => {
    const text = readFileSync(at("voc", "labels.csv"), "utf8");
    const again = () => transferDataset(at("voc"), described("voc", voc), { imageSize: 12 }).catch((e) => e);
    const { features } = await again();
    expect([...features.test.truth.slice(0, 12)]).toEqual([0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1]);
    write(at("voc", "labels.csv"), text.replace(/^30\.png.*\n/m, ""));
    expect(await again()).toMatchObject({ code: expect.stringMatching(/TRANSFER_LABEL_UNKNOWN$/), context: { part: "test", image: "jpg/30.png" } }); // biome-ignore format: one line
    write(at("voc", "labels.csv"), text.replace("path,", "file,"));
    expect(await again()).toMatchObject({ code: expect.stringMatching(/TRANSFER_LIST_INVALID$/), context: { line: 1 } }); // biome-ignore format: one line
    rmSync(at("voc", "labels.csv"));
    expect(await again()).toMatchObject({ code: expect.stringMatching(/TRANSFER_SPLIT_MISSING$/) });
    write(at("voc", "labels.csv"), text);
  });
});

test("help names every dataset, and --describe prints a descriptor that can be read again", async () => {
  const command = (await program(["transfer"])).commands.find((one) => one.name() === "transfer");
  let help = "";
  command?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  for (const { name } of publishedDatasets) expect(help).toContain(`\n  ${name} `);
  let printed = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  const words = ["transfer", "--describe", "pascal-voc-2007"];
  await (await program(words)).parseAsync(words, { from: "user" });
  write.mockRestore();
  expect(parseTransferDescriptor(JSON.parse(printed))).toEqual(
    publishedDatasets.find(({ name }) => name === "pascal-voc-2007"),
  );
});
