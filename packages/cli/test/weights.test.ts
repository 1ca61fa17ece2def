import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { imagenetNormalization, resnet } from "@simclr/backbones";
import { below, decodeSafetensors, disposeTree, isSimclrError, normal, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { useTensorFlow } from "@simclr/runtime";
import { loadNetwork } from "@simclr/training";
import { exportEncoderTo, importEncoderFrom } from "@simclr/weights";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { embedImages } from "../src/run/embed-images.js";
import { evaluateRun } from "../src/run/evaluate-run.js";
import { exportRun } from "../src/run/export-run.js";
import { importRun } from "../src/run/import-run.js";
import type { Terminal } from "../src/terminal/terminal.js";

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

test("a run's folder is not imported into twice", async () => {
  const again = importRun({ file: theirs, data: photos, runFolder: run, set, terminal: silent });
  const error = await again.catch((caught: unknown) => caught);
  expect(isSimclrError(error, "SIMCLR_ERROR__CLI__RUN_EXISTS")).toBe(true);
});
