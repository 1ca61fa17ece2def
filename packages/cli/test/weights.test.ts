import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { imagenetNormalization, inceptionNormalization, resnet } from "@simclr/backbones";
import { below, decodeSafetensors, disposeTree, isSimclrError, normal, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { useTensorFlow } from "@simclr/runtime";
import { loadNetwork, readMetrics } from "@simclr/training";
import { exportEncoderTo, importEncoderFrom } from "@simclr/weights";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { embedImages } from "../src/run/embed-images.js";
import { evaluateRun } from "../src/run/evaluate-run.js";
import { exportRun } from "../src/run/export-run.js";
import { importRun } from "../src/run/import-run.js";
import { networkLine } from "../src/run/imported-backbone.js";
import { pretrainSettings } from "../src/run/pretrain-settings.js";
import { startingNetwork } from "../src/run/starting-network.js";
import type { Terminal } from "../src/terminal/terminal.js";

const command = fileURLToPath(new URL("../bin/simclr.js", import.meta.url));
const base = mkdtempSync(join(tmpdir(), "simclr-weights-"));
const [photos, theirs, run] = ["photos", "theirs", "run"].map((name) => join(base, name)) as [string, string, string];
const silent: Terminal = { print: () => {}, progress: () => ({ update: () => {}, print: () => {}, stop: () => {} }) };
const set = ["imageSize=32", "xla=false", "evaluation.linearEpochs=1"];
const options = { depth: 18, width: 1 / 16, variant: "torchvision", zeroInitializeLastScale: false } as const;

beforeAll(async () => {
  await useTensorFlow();
  for (const [className, brightness] of Object.entries({ dark: 60, light: 190 })) {
    mkdirSync(join(photos, className), { recursive: true });
    for (let i = 0; i < 6; i++) {
      const values = normal(randomKey(i + brightness), 32 * 32 * 3, brightness, 30);
      const raw = Uint8Array.from(values, (x) => Math.max(0, Math.min(255, x)));
      const image = sharp(raw, { raw: { width: 32, height: 32, channels: 3 } }).png();
      await image.toFile(join(photos, className, `${i}.png`));
    }
  }
  const { spec, init } = resnet(options);
  const variables = init(randomKey(5));
  await exportEncoderTo(theirs, { spec, ...variables }, { format: "torchvision", classCount: 4 });
  disposeTree(variables);
});
afterAll(() => rmSync(base, { recursive: true }));

test("somebody's weights become a run that embeds as their network does, images normalized", async () => {
  const imported = await importRun({ file: theirs, data: photos, runFolder: run, set, terminal: silent });
  expect(imported.unused).toEqual(["fc.bias", "fc.weight"]);
  expect(imported.spec).toMatchObject({ depth: 18, variant: "torchvision", normalization: imagenetNormalization });
  const output = join(base, "features.safetensors");
  await embedImages({ runFolder: run, data: photos, output, terminal: silent });
  const { tensors, metadata } = decodeSafetensors(readFileSync(output));
  const paths: string[] = JSON.parse(metadata.paths as string);

  const encoder = await importEncoderFrom(theirs);
  const read = async (path: string) => [...(await sharp(join(photos, path)).raw().toBuffer())];
  const pixels = (await Promise.all(paths.map(read))).flat();
  const expected = tf.tidy(() => {
    const images = tf.div(tf.tensor4d(pixels, [paths.length, 32, 32, 3]), 255);
    const { mean, deviation } = imagenetNormalization;
    const normalized = tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation]));
    const { outputs } = resnet(options).apply(encoder.params, encoder.state, normalized, { training: false });
    return Array.from((outputs.features as tf.Tensor).dataSync());
  });
  expectClose(tensors.get("features")?.values as Float32Array, expected, { absolute: 1e-4, relative: 1e-4 });
  disposeTree([encoder.params, encoder.state]);
});

test("it is measured like a run of one's own", async () => {
  const { evaluations, report } = await evaluateRun({ runFolder: run, protocols: ["knn"], terminal: silent });
  expect(report.training).toMatchObject({ steps: 0 });
  const trained = evaluations.find(({ encoder }) => encoder === "trained");
  expect(trained?.metrics.top1).toBe(1);
});

test("exported again it has the names and numbers that came in", async () => {
  const { paths, notes } = await exportRun({ runFolder: run, format: "torchvision", classCount: 4 });
  expect(notes).toEqual(["Normalize images before the network: torchvision's has none inside."]);
  const [before, after] = [join(theirs, "model.safetensors"), paths[0] as string].map((path) => readFileSync(path));
  expect(after?.equals(before as Buffer)).toBe(true);
  for (const format of ["safetensors", "graph-model", "onnx"] as const) await exportRun({ runFolder: run, format });
  expect(readdirSync(join(run, "export")).sort()).toEqual(["graph-model", "onnx", "safetensors", "torchvision"]);
  const { recipe } = JSON.parse(readFileSync(join(run, "config.json"), "utf8")).recipe;
  const graph = JSON.parse(readFileSync(join(run, "export", "graph-model", "model.json"), "utf8"));
  expect(graph.userDefinedMetadata).toEqual({ imageSize: recipe.imageSize });
});

test("training goes on from somebody's encoder, by the command line", async () => {
  const further = join(base, "further");
  const sets = [...set, "epochs=1", "evaluation.everyEpochs=1", "batchSize=4", "optimizer.kind=sgd", "optimizer.learningRate=1e-6", "optimizer.warmupEpochs=0", "evaluation.linearProbe=true"].flatMap((each) => ["--set", each]); // biome-ignore format: one line
  const args = ["pretrain", photos, "--from", run, "--run", further, ...sets];
  const { stderr } = await promisify(execFile)(process.execPath, [command, ...args], { cwd: base });
  expect(stderr).toContain("encoder, with a new projection head, of");
  const [before, after] = [await loadNetwork(run), await loadNetwork(further)];
  expect(after.backbone.spec).toEqual(before.backbone.spec);
  // At such a learning rate it is where it was.
  for (const [path, tensor] of Object.entries(below("backbone", before.params))) {
    expectClose(after.params[`backbone/${path}`] as tf.Tensor, tensor, { absolute: 1e-4 });
  }
  expect(await readMetrics(further)).toContainEqual(expect.objectContaining({ kind: "probe/linearProbe" }));
  before.dispose();
  after.dispose();
});

test("SimCLRv2's checkpoint comes with its selective kernels and its head, from which fine-tuning starts", async () => {
  const fixtures = fileURLToPath(new URL("../../weights/src/fixtures/simclr2", import.meta.url));
  const file = join(fixtures, "v2-50-sk.ckpt");
  const runFolder = join(base, "simclr2");
  const imported = await importRun({ file, data: photos, runFolder, set, terminal: silent });
  expect(imported).toMatchObject({ spec: { depth: 50, selectiveKernels: 0.0625, resnetD: true }, headLayers: 3 });
  expect(imported.unused.some((name) => name.includes("projection_head"))).toBe(false);
  const { recipe } = JSON.parse(readFileSync(join(runFolder, "config.json"), "utf8")).recipe;
  expect(recipe.backbone).toMatchObject({ kind: "resnet", depth: 50, selectiveKernels: 0.0625, resnetD: true });
  expect(recipe.head).toEqual({
    kind: "nonlinear",
    layers: 3,
    hiddenSize: 64,
    outputSize: 5,
    batchNorm: true,
    normalizeProjection: true,
  });

  const { cases } = JSON.parse(readFileSync(join(fixtures, "goldens.json"), "utf8"));
  const reference = cases.find((each: { file: string }) => each.file === "v2-50-sk.ckpt");
  const network = await loadNetwork(runFolder);
  tf.tidy(() => {
    const features = tf.tensor2d(reference.features, [12, 64]);
    const { projection } = network.head.apply(below("head", network.params), below("head", network.state), features, { training: false }).outputs; // biome-ignore format: one line
    expectClose(projection as tf.Tensor, reference.projections, { absolute: 1e-4, relative: 1e-4 });
  });
  network.dispose();
});

test("a vision transformer's weights become a run of images of another size, and a ConvNeXt's one of any", async () => {
  const fixtures = fileURLToPath(new URL("../../weights/src/fixtures/transformers", import.meta.url));
  const runs = { vit: join(base, "vit"), convnext: join(base, "convnext") };
  const common = { data: photos, set, terminal: silent };
  const vit = await importRun({ ...common, file: join(fixtures, "dino-vit.pth"), runFolder: runs.vit, headCount: 4 });
  const normalization = imagenetNormalization;
  expect(vit.spec).toMatchObject({ kind: "vit", depth: 2, width: 16, headCount: 4, imageSize: 32, normalization });
  expect(networkLine(vit.spec)).toBe("ViT, depth 2, width 16, 4 heads, patches of 4 pixels, learned positions of 32 pixels, images normalized"); // biome-ignore format: one line
  expect(vit.unused.filter((name) => !name.startsWith("student."))).toEqual(["teacher.head.mlp.0.weight", "teacher.head.last_layer.weight_g"]); // biome-ignore format: one line
  const file = join(fixtures, "torchvision-convnext.safetensors");
  const convnext = await importRun({ ...common, file, runFolder: runs.convnext, normalization: "inception" });
  expect(convnext.spec).toMatchObject({ depths: [2, 1, 2], normalization: inceptionNormalization });
  expect(networkLine(convnext.spec)).toBe("ConvNeXt, blocks 2-1-2, widths 6-8-12, patches of 4 pixels, images normalized"); // biome-ignore format: one line
  for (const [kind, runFolder] of Object.entries(runs)) {
    const { recipe } = JSON.parse(readFileSync(join(runFolder, "config.json"), "utf8")).recipe;
    expect(recipe.backbone).toMatchObject({ kind, size: null, patchSize: 4 });
    const { evaluations } = await evaluateRun({ runFolder, protocols: ["knn"], terminal: silent });
    const trained = evaluations.find(({ encoder }) => encoder === "trained");
    expect(trained?.metrics.top1).toBeGreaterThan(0.5);
    // Named by what it is, where recipes have no name for its size.
    const page = readFileSync(join(runFolder, "report", "index.html"), "utf8");
    expect(page).toContain(kind === "vit" ? "ViT/4, 2 blocks of 16" : "ConvNeXt, 2-1-2 blocks of 6-8-12");
    const begun = await pretrainSettings({ data: photos, set: [...set, `startFrom=${runFolder}`] });
    const start = await startingNetwork(begun.recipe, [32, 32, 3], join(base, "none"));
    expect(start?.backbone.spec).toEqual((kind === "vit" ? vit : convnext).spec);
    start?.dispose();
    const formats = ["safetensors", "torchvision", "graph-model", "onnx"] as const;
    for (const format of formats) await exportRun({ runFolder, format });
    expect(readdirSync(join(runFolder, "export")).sort()).toEqual([...formats].sort());
    const again = await importEncoderFrom(join(runFolder, "export", "safetensors"));
    expect(again).toMatchObject({ spec: { kind }, imageSize: 32 });
    disposeTree([again.params, again.state]);
  }
});

test("a run's folder is not imported into twice", async () => {
  const again = importRun({ file: theirs, data: photos, runFolder: run, set, terminal: silent });
  const error = await again.catch((caught: unknown) => caught);
  expect(isSimclrError(error, "SIMCLR_ERROR__CLI__RUN_EXISTS")).toBe(true);
});
