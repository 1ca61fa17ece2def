import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backboneFromSpec, resnet } from "@simclr/backbones";
import {
  below,
  disposeTree,
  eager,
  flattenTree,
  isSimclrError,
  mapTree,
  randomKey,
  type TensorTree,
} from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import {
  adam,
  chain,
  clipByGlobalNorm,
  type GradientTransformation,
  lars,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
} from "@simclr/optimizers";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type CheckpointContents, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import {
  bestCheckpoint,
  checkpointPath,
  latestCheckpoint,
  listCheckpoints,
  removeUnfinished,
  retainCheckpoints,
} from "./checkpoint-folder.js";
import { tinyView } from "./fixtures/tiny-data.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import { loadEncoder } from "./load-encoder.js";
import { restoreState } from "./restore-state.js";
import { simclrStep } from "./simclr-step.js";
import type { TrainState } from "./train-state.js";

const step = simclrStep({
  backbone: tinyBackbone(),
  head: tinyHead(),
  views: [tinyView(), tinyView()],
  optimizer: lars({ learningRate: 0.1 }),
});
const contents: CheckpointContents = {
  step: 12,
  epoch: 3,
  key: randomKey(7),
  backbone: step.backbone.spec,
  head: step.head.spec,
  recipe: { name: "tiny" },
  metrics: { loss: 1.5 },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "simclr-training-"));
});
afterEach(() => rm(folder, { recursive: true }));

describeEachBackend(() => {
  let state: TrainState;
  beforeAll(() => {
    const { step: _, ...rest } = step.init(randomKey(1));
    state = { ...rest, step: tf.scalar(12, "int32") };
  });
  afterAll(() => disposeTree(state));

  it("gives back a state to the bit, with its dtypes, and what was said of it", async () => {
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, state, contents);
    const checkpoint = await loadCheckpoint(path);
    expect(checkpoint).toMatchObject({ ...contents, key: [...contents.key], path });
    const like = step.init(randomKey(2));
    const before = tf.memory().numTensors;
    const restored = restoreState(checkpoint, like);
    const numbers = (tree: TrainState) =>
      flattenTree(tree).map(([name, tensor]) => [name, tensor.dtype, tensor.shape, [...tensor.dataSync()]]);
    expect(numbers(restored)).toEqual(numbers(state));
    expect(restored.step.dtype).toBe("int32");
    disposeTree(restored);
    expect(tf.memory().numTensors).toBe(before);
    disposeTree(like);
    expect(await readdir(join(folder, "checkpoints"))).toEqual(["step-00000012"]);
    expect((await readdir(path)).sort()).toEqual(["checkpoint.json", "state.safetensors"]);
  });

  it("replaces a checkpoint of the same step", async () => {
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, state, contents);
    await saveCheckpoint(path, state, { ...contents, metrics: { loss: 9 } });
    expect((await loadCheckpoint(path)).metrics).toEqual({ loss: 9 });
    expect(await readdir(join(folder, "checkpoints"))).toEqual(["step-00000012"]);
  });

  it("refuses a state of another optimizer or another width", async () => {
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, state, contents);
    const checkpoint = await loadCheckpoint(path);
    const parts = { ...step, head: tinyHead(), backbone: tinyBackbone() };
    const others = [
      simclrStep({ ...parts, optimizer: sgd({ learningRate: 1 }) }),
      simclrStep({ ...step, backbone: tinyBackbone(6), head: tinyHead(6), optimizer: lars({ learningRate: 0.1 }) }),
    ];
    for (const other of others) {
      const like = other.init(randomKey(2));
      expect(() => restoreState(checkpoint, like)).toThrow(/CHECKPOINT_MISMATCH.*expected "(optimizerState|params)\//);
      disposeTree(like);
    }
  });

  it.each([
    ["alone", false],
    ["behind clipping", true],
  ])("takes a state of adam from before its L2 regularisation, %s", async (_, clipped) => {
    const form = (adams: GradientTransformation): GradientTransformation =>
      clipped ? chain<readonly TensorTree[]>(clipByGlobalNorm({ maximumNorm: 1 }), adams) : adams;
    const parts = { ...step, head: tinyHead(), backbone: tinyBackbone() };
    const of = (optimizer: GradientTransformation) => simclrStep({ ...parts, optimizer: form(optimizer) });
    const earlier = of(chain<readonly TensorTree[]>(scaleByAdam(), scaleByLearningRate(0.1))).init(randomKey(4));
    const moments = mapTree(earlier, (tensor, path) =>
      /Moment/.test(path) ? tf.fill(tensor.shape, path.length) : tensor,
    );
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, moments, contents);
    const like = of(adam({ learningRate: 0.1 })).init(randomKey(2));
    const restored = restoreState(await loadCheckpoint(path), like);
    const numbers = (tree: TensorTree) => flattenTree(tree).map(([, tensor]) => [...tensor.dataSync()]);
    expect(numbers(restored)).toEqual(numbers(moments));
    expect(flattenTree(restored).map(([name]) => name)).toEqual(flattenTree(like).map(([name]) => name));
    for (const tree of [earlier, moments, restored, like]) disposeTree(tree);
  });

  it("loads a run's encoder, which gives the features that the state's backbone gives", async () => {
    const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
    const { params, state: batchStats } = backbone.init(randomKey(3));
    const named = (parameters: typeof params) =>
      Object.fromEntries(Object.entries(parameters).map(([path, tensor]) => [`backbone/${path}`, tensor]));
    await saveCheckpoint(checkpointPath(folder, 4), state, { ...contents, step: 4 });
    const trained = { params: named(params), batchStats: named(batchStats), step: state.step };
    await saveCheckpoint(checkpointPath(folder, 12), trained, { ...contents, backbone: backbone.spec });
    const images = tf.tensor4d(
      Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i % 17) / 17),
      [2, 8, 8, 3],
    );
    const before = tf.memory().numTensors;
    const loaded = await loadEncoder(folder, { compile: eager });
    expect(loaded.backbone.spec).toEqual(backbone.spec);
    expect(loaded.checkpoint).toMatchObject({ step: 12, recipe: contents.recipe });
    const features = loaded.encode(images);
    expect(features.shape).toEqual([2, backbone.featureSize]);
    const expected = tf.tidy(
      () => backbone.apply(params, batchStats, images, { training: false }).outputs.features as tf.Tensor,
    );
    expectClose(features, expected);
    disposeTree([features, expected]);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
    disposeTree([params, batchStats, images]);
  });

  it("loads an encoder of a user's own spec, from one checkpoint", async () => {
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, state, contents);
    const build = (spec: { readonly kind: string }) => (spec.kind === "tiny" ? tinyBackbone() : backboneFromSpec(spec));
    const loaded = await loadEncoder(path, { backboneFromSpec: build });
    const images = tf.ones<tf.Rank.R4>([1, 8, 8, 3]);
    const own = below("backbone", state.params);
    const stats = below("backbone", state.batchStats);
    const { outputs } = tinyBackbone().apply(own, stats, images, { training: false });
    expectClose(loaded.encode(images), outputs.features as tf.Tensor);
    loaded.dispose();
  });

  it.each([
    ["cut off", async (file: string) => writeFile(file, (await readFile(file)).subarray(0, -7)), /SHA-256|bytes/],
    ["of another format", (file: string) => writeFile(file, "nothing of the kind"), /header/],
    ["gone", (file: string) => rm(file), /cannot be read/],
    ["changed in one bit", flipLastBit, /SHA-256/],
  ])("refuses a checkpoint whose state is %s", async (_, damage, reason) => {
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, state, contents);
    await damage(join(path, "state.safetensors"));
    const error = await loadCheckpoint(path).catch((caught: unknown) => caught);
    if (!isSimclrError(error, "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED")) throw error;
    expect(error.context.checkpoint).toBe(path);
    expect(error.context.reason).toMatch(reason);
  });

  it.each([
    ["not JSON", "{", "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED"],
    ["something else's", '{"name":"package"}', "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED"],
    ["null", "null", "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED"],
    [
      "a later version's",
      '{"format":"simclr-checkpoint","formatVersion":2}',
      "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED",
    ],
    [
      "without a step",
      '{"format":"simclr-checkpoint","formatVersion":1}',
      "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED",
    ],
  ])("refuses a description that is %s", async (_, text, code) => {
    const path = checkpointPath(folder, 12);
    await saveCheckpoint(path, state, contents);
    await writeFile(join(path, "checkpoint.json"), text);
    const error = await loadCheckpoint(path).catch((caught: unknown) => caught);
    expect(isSimclrError(error) && error.code).toBe(code);
  });

  it("says so where there is no checkpoint", async () => {
    for (const load of [() => loadCheckpoint(folder), () => loadEncoder(folder)]) {
      const error = await load().catch((caught: unknown) => caught);
      expect(isSimclrError(error, "SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND") && error.context.path).toBe(folder);
    }
  });

  it("never takes a half-written checkpoint for one, and cleans it away", async () => {
    await saveCheckpoint(checkpointPath(folder, 12), state, contents);
    await saveCheckpoint(checkpointPath(folder, 16), state, { ...contents, step: 16 });
    const checkpoints = join(folder, "checkpoints");
    // What a process leaves that is killed while it writes, or while it removes.
    await rename(join(checkpoints, "step-00000016"), join(checkpoints, ".step-00000016.4711.tmp"));
    await rm(join(checkpoints, ".step-00000016.4711.tmp", "checkpoint.json"));
    await mkdir(join(checkpoints, "notes"));
    expect(await latestCheckpoint(folder)).toBe(checkpointPath(folder, 12));
    await removeUnfinished(folder);
    expect((await readdir(checkpoints)).sort()).toEqual(["notes", "step-00000012"]);
  });

  it("finds the latest and the best, and removes all others", async () => {
    expect(await latestCheckpoint(folder)).toBeUndefined();
    const accuracies = [0.5, 0.75, 0.75, undefined, 0.6];
    for (const [i, accuracy] of accuracies.entries()) {
      const metrics: Record<string, number> = accuracy === undefined ? {} : { "knn/top1": accuracy };
      await saveCheckpoint(checkpointPath(folder, i), state, { ...contents, step: i, metrics });
    }
    const best = { metric: "knn/top1", mode: "max" } as const;
    expect(await latestCheckpoint(folder)).toBe(checkpointPath(folder, 4));
    expect(await bestCheckpoint(folder, best)).toBe(checkpointPath(folder, 1));
    expect(await bestCheckpoint(folder, { ...best, mode: "min" })).toBe(checkpointPath(folder, 0));
    expect(await bestCheckpoint(folder, { ...best, metric: "knn/top5" })).toBeUndefined();
    await retainCheckpoints(folder, 2, best);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([1, 3, 4]);
    await retainCheckpoints(folder, 1);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([4]);
  });
});

async function flipLastBit(path: string): Promise<void> {
  const file = await open(path, "r+");
  const { size } = await file.stat();
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  await file.write(Buffer.of((last[0] as number) ^ 1), 0, 1, size - 1);
  await file.close();
}
