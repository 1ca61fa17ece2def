import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSimclrError, randomKey } from "@simclr/core";
import { sgd } from "@simclr/optimizers";
import { describeEachBackend } from "@simclr/runtime/testing";
import { beforeEach, expect, it } from "vitest";
import { listCheckpoints } from "./checkpoint-folder.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import { codeOf, stepsPerEpoch, temporaryFolder, tinyStep, train } from "./fixtures/tiny-run.js";
import { readMetrics } from "./metrics-file.js";
import { simclrStep } from "./simclr-step.js";

const temporary = temporaryFolder();
let folder: string;
let runFolder: string;
beforeEach(() => {
  folder = temporary.path;
  runFolder = join(folder, "run");
});

describeEachBackend(() => {
  it("begins a run in an empty folder again when it was killed before its first checkpoint", async () => {
    const whole = await train({ totalSteps: 3 });
    await train({ totalSteps: 3, runFolder });
    await rm(join(runFolder, "checkpoints"), { recursive: true });
    const again = await train({ totalSteps: 3, runFolder, resume: true });
    expect(again.losses).toEqual(whole.losses);
    expect((await readMetrics(runFolder)).map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it("drops the lines and the unfinished line of steps after the checkpoint it goes on from", async () => {
    await train({ totalSteps: 10, runFolder, checkpoint: { everySteps: 4 } });
    await rm(join(runFolder, "checkpoints", "step-00000010"), { recursive: true });
    const file = join(runFolder, "metrics.jsonl");
    await writeFile(file, `${await readFile(file, "utf8")}{"kind":"train","st`);
    await train({ totalSteps: 10, runFolder, resume: true });
    expect((await readMetrics(runFolder)).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("returns at once from a run that is done", async () => {
    const done = await train({ totalSteps: 4, runFolder });
    const again = await train({ totalSteps: 4, runFolder, resume: true });
    expect(again).toMatchObject({ interrupted: false, step: 4, losses: [], state: done.state });
  });

  it("keeps the last checkpoints and the best", async () => {
    const values = [3, 1, 2, 5, 4, 6];
    const probe = {
      name: "fake",
      everyEpochs: 1,
      run: async ({ epoch }: { epoch: number }) => ({ value: values[epoch - 1] as number }),
    };
    const checkpoint = { keepLast: 2, best: { metric: "fake/value", mode: "min" } } as const;
    const result = await train({ epochs: 6, runFolder, probes: [probe], checkpoint });
    expect(result.metrics["fake/value"]).toBe(6);
    expect((await listCheckpoints(runFolder)).map(({ step }) => step / stepsPerEpoch)).toEqual([2, 5, 6]);
    expect((await readdir(join(runFolder, "checkpoints"))).length).toBe(3);
  });

  it("writes what a run was started with, and its logs for TensorBoard", async () => {
    await train({ totalSteps: 2, runFolder, recipe: { dataset: "noise" } });
    expect(JSON.parse(await readFile(join(runFolder, "config.json"), "utf8"))).toMatchObject({
      key: [...randomKey(7)],
      batchSize: 4,
      stepsPerEpoch,
      totalSteps: 2,
      dataset: { length: 22, imageShape: [8, 8, 3] },
      backbone: tinyBackbone().spec,
      head: tinyHead().spec,
      recipe: { dataset: "noise" },
    });
    const [file, ...others] = await readdir(join(runFolder, "tensorboard"));
    expect(others).toEqual([]);
    const bytes = await readFile(join(runFolder, "tensorboard", file as string), "latin1");
    for (const tag of [
      "train/contrast_loss",
      "train/contrast_acc",
      "train/contrast_entropy",
      "learning_rate",
      "train/gradient_norm",
    ]) {
      expect(bytes).toContain(tag);
    }
  });

  it("refuses another run's folder, a folder without a run, and other settings than the run's", async () => {
    await train({ totalSteps: 1, runFolder });
    expect(await codeOf(train({ totalSteps: 1, runFolder }))).toBe("SIMCLR_ERROR__TRAINING__RUN_FOLDER_OCCUPIED");
    const foreign = join(folder, "foreign");
    await mkdir(foreign);
    await writeFile(join(foreign, "config.json"), "# of another program");
    const taken = train({ totalSteps: 1, runFolder: foreign });
    expect(await codeOf(taken)).toBe("SIMCLR_ERROR__TRAINING__RUN_FOLDER_OCCUPIED");
    const noRun = train({ totalSteps: 1, runFolder: foreign, resume: true });
    expect(await codeOf(noRun)).toBe("SIMCLR_ERROR__TRAINING__RUN_MISMATCH");
    const elsewhere = join(folder, "elsewhere");
    const missing = train({ totalSteps: 1, runFolder: elsewhere, resume: true });
    expect(await codeOf(missing)).toBe("SIMCLR_ERROR__TRAINING__RUN_FOLDER_NOT_FOUND");
    const other = await train({ totalSteps: 2, runFolder, resume: true, batchSize: 5, key: randomKey(1) }).catch(
      (e) => e,
    );
    expect(isSimclrError(other, "SIMCLR_ERROR__TRAINING__RUN_MISMATCH") && other.context.fields).toEqual([
      "key",
      "batchSize",
    ]);
    const step = { ...tinyStep(), ...simclrStep({ ...tinyStep(), optimizer: sgd({ learningRate: 1 }) }) };
    const mismatch = train({ totalSteps: 2, runFolder, resume: true, step });
    expect(await codeOf(mismatch)).toBe("SIMCLR_ERROR__TRAINING__CHECKPOINT_MISMATCH");
  });

  it("is written by one process at a time, and free again afterwards", async () => {
    let second: Promise<unknown> | undefined;
    await train({
      totalSteps: 3,
      runFolder,
      onProgress: ({ step }) => {
        if (step === 1) second ??= codeOf(train({ totalSteps: 3, runFolder, resume: true }));
      },
    });
    expect(await second).toBe("SIMCLR_ERROR__TRAINING__RUN_FOLDER_IN_USE");
    const { step } = await train({ totalSteps: 4, runFolder, resume: true });
    expect(step).toBe(4);
    expect(await readdir(runFolder)).not.toContain("run.lock");
  });
});
