// Two runs with one seed, and one that is interrupted and resumed: the same losses to the last bit?
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simclrView } from "@simclr/augmentations";
import { resnet } from "@simclr/backbones";
import { disposeTree, randomKey, type TensorTree } from "@simclr/core";
import { digits } from "@simclr/data";
import { nonlinearHead } from "@simclr/heads";
import { lars, warmupCosineSchedule } from "@simclr/optimizers";
import { compile, useTensorFlow } from "@simclr/runtime";
import { pretrain, readMetrics, simclrStep } from "@simclr/training";
import { writeResult } from "./result.js";

const totalSteps = 60;
const interruptedAt = 25;
await useTensorFlow();
const scratch = mkdtempSync(join(tmpdir(), "simclr-reproducibility-"));
const dataset = await digits({ split: "train" });

async function losses(name: string, stops: readonly number[]): Promise<string[]> {
  const backbone = resnet({ depth: 18, width: 0.125, stem: "cifar", inputChannels: 1 });
  const head = nonlinearHead({ inputSize: backbone.featureSize });
  const view = simclrView({ imageSize: 28 });
  const schedule = warmupCosineSchedule({ peak: 0.5, warmupSteps: 10, totalSteps });
  const optimizer = lars({ learningRate: schedule, weightDecay: 1e-4 });
  const step = simclrStep({ backbone, head, views: [view, view], optimizer, temperature: 0.2 });
  const runFolder = join(scratch, name);
  for (const stop of [...stops, totalSteps]) {
    const abort = new AbortController();
    const { state } = await pretrain({
      dataset,
      step,
      batchSize: 128,
      totalSteps,
      key: randomKey(7),
      compile,
      runFolder,
      resume: stop !== (stops[0] ?? totalSteps),
      log: { everySteps: 1 },
      signal: abort.signal,
      onProgress: (event) => event.kind === "step" && event.step === stop && stop < totalSteps && abort.abort(),
    });
    disposeTree(state as unknown as TensorTree);
  }
  const lines = (await readMetrics(runFolder)).filter((line) => line.kind === "train");
  // The bits, not the digits that are printed.
  return lines.map((line) => Buffer.from(Float64Array.of(line.loss as number).buffer).toString("hex"));
}

const one = await losses("one", []);
const two = await losses("two", []);
const resumed = await losses("resumed", [interruptedAt]);
rmSync(scratch, { recursive: true });
const differing = (other: string[]) => other.filter((bits, i) => bits !== one[i]).length;
const result = {
  what: `${totalSteps} compiled steps of SimCLR on digits, batch 128, ResNet-18 of width 1/8, LARS; every step's loss, bit by bit`,
  interruptedAfterSteps: interruptedAt,
  losses: [one.length, two.length, resumed.length],
  differingLosses: { "second run": differing(two), "interrupted and resumed run": differing(resumed) },
};
writeResult("reproducibility", result);
const equal = one.length === totalSteps && [two, resumed].every((other) => other.join() === one.join());
process.exit(equal ? 0 : 1);
