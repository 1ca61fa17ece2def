// The reference's CIFAR-10 recipe from its parts: ResNet-18, 1000 epochs, about 91% linear (google-research/simclr, README).
//   pnpm start <folder of CIFAR-10, its binary version or train/<class>/*.jpg and test/<class>/*.jpg> [epochs] [width]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { simclrView } from "@simclr/augmentations";
import { resnet } from "@simclr/backbones";
import { disposeTree, randomKey } from "@simclr/core";
import { cifar10, imageFolder } from "@simclr/data";
import { embed, knn, linearEvaluation } from "@simclr/evaluation";
import { nonlinearHead } from "@simclr/heads";
import { epochsToSteps, lars, linearScaling, warmupCosineSchedule } from "@simclr/optimizers";
import { compile, useTensorFlow } from "@simclr/runtime";
import { loadEncoder, pretrain, simclrStep } from "@simclr/training";

const [folder = "cifar-10-batches-bin", epochsText = "1000", widthText = "1"] = process.argv.slice(2);
const epochs = Number(epochsText);
const batchSize = 512;
const runFolder = `runs/cifar10-${epochs}-epochs-${Date.now()}`;

const read = (split: "train" | "test") =>
  existsSync(join(folder, split))
    ? imageFolder(join(folder, split), { imageSize: [32, 32] })
    : cifar10(folder, { split });
const [train, test] = await Promise.all([read("train"), read("test")]);
await useTensorFlow();

const steps = epochsToSteps({ epochs, warmupEpochs: Math.min(10, epochs / 10), exampleCount: train.length, batchSize });
const schedule = warmupCosineSchedule({ peak: linearScaling(1.0, batchSize), ...steps });
const backbone = resnet({ depth: 18, width: Number(widthText), stem: "cifar" });
const view = simclrView({ imageSize: 32, colorStrength: 0.5, blur: false });
const step = simclrStep({
  backbone,
  head: nonlinearHead({ inputSize: backbone.featureSize, layers: 3, outputSize: 128 }),
  views: [view, view],
  optimizer: lars({ learningRate: schedule, weightDecay: 1e-4 }),
  schedule,
  temperature: 0.5,
  lossScale: 2, // the reference adds the means of both halves, and its learning rate was chosen for that
});

const { state } = await pretrain({
  dataset: train,
  step,
  batchSize,
  epochs,
  key: randomKey(0),
  compile,
  runFolder,
  onProgress: (event) => {
    if (event.kind === "step") console.log(`step ${event.step} of ${event.totalSteps}: loss ${event.metrics.loss}`);
  },
});
disposeTree(state);

const { encode } = await loadEncoder(runFolder, { compile });
const [known, unknown] = [await embed(encode, train), await embed(encode, test)];
const { top1: knnTop1 } = await knn(known, unknown, { classCount: 10 });
const { top1 } = await linearEvaluation(known, unknown, { classCount: 10, epochs: 100, key: randomKey(1), compile });
console.log(`kNN ${(100 * knnTop1).toFixed(1)}%, linear ${(100 * top1).toFixed(1)}%; ${runFolder}`);
