// From JPEG files to updated weights: `simclr pretrain` on a folder beside the same recipe in lightly with PyTorch's DataLoader,
// its network eager and compiled, and beside our step alone, which says what the input costs. Images per second after the first step.
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { startContestant } from "./contestant.js";
import { photos } from "./photos.js";
import { writeResult } from "./result.js";

interface Case {
  readonly depth: number;
  readonly stem: "cifar" | "imagenet";
  readonly "image-size": number;
  readonly batch: number;
  readonly fileSize: number;
  readonly steps: number;
  /** Default: enough for a shuffled epoch. */
  readonly files?: number;
}

const cases: Readonly<Record<string, Case>> = {
  "resnet18-32": { depth: 18, stem: "cifar", "image-size": 32, batch: 64, fileSize: 32, steps: 2 },
  "resnet50-96": { depth: 50, stem: "imagenet", "image-size": 96, batch: 32, fileSize: 256, steps: 2 },
  "resnet50-224": { depth: 50, stem: "imagenet", "image-size": 224, batch: 8, fileSize: 500, steps: 2 },
};
/** Cases of another command, `gpu`. */
const gpuCases: Readonly<Record<string, Case>> = {
  "gpu-resnet18-32": { depth: 18, stem: "cifar", "image-size": 32, batch: 512, fileSize: 32, steps: 7 },
  "gpu-resnet50-224": { depth: 50, stem: "imagenet", "image-size": 224, batch: 128, fileSize: 500, steps: 7 },
  "tiny-resnet18-32": { depth: 18, stem: "cifar", "image-size": 32, batch: 2, fileSize: 32, steps: 2, files: 32 },
};

const command = "simclr pretrain";
/** Steps that are not measured: to compile, to warm up, and for what is read ahead at the end. */
const beside = 8;
const peers = { "lightly and PyTorch": [], "lightly and PyTorch compiled": ["--compile"] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    precision: { type: "string", default: "float32" },
    "no-peers": { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
for (const name of positionals.length > 0 ? positionals : Object.keys(cases)) {
  const found = cases[name] ?? gpuCases[name];
  if (!found) throw new Error(`There is no case ${name}; there are ${Object.keys(cases).join(", ")}.`);
  const { fileSize, steps, files = fileSize > 32 ? 512 : 4096, ...recipe } = found;
  // An epoch that does not end while it is measured: the second would find its images decoded. A fifth is held out to test with.
  const seen = (rounds * steps + beside) * recipe.batch;
  const folder = await photos(fileSize, Math.max(files, Math.ceil(seen / 0.8)), { square: fileSize < 500 });
  const options = Object.entries({ ...recipe, precision: values.precision }).flatMap(([key, value]) => [
    `--${key}`,
    `${value}`,
  ]);
  // The command between the two that it is compared with: what the machine does meanwhile differs least.
  const contestants = [
    await startContestant("our step alone", "step.ts", [...options, "--augment"]),
    await startContestant(command, "pretrain.ts", [...options, "--folder", folder]),
    ...(await Promise.all(
      Object.entries(values["no-peers"] ? {} : peers).map(([peer, more]) =>
        startContestant(peer, "pretrain.py", [...options, "--folder", folder, ...more]),
      ),
    )),
  ];
  const items = steps * recipe.batch;
  const answers = await alternate(contestants, { rounds, request: { steps }, warmUp: { steps: 1 }, items });
  for (const contestant of contestants) contestant.stop();
  writeResult(`end-to-end/${name}`, {
    what: "a folder of JPEG files to updated weights; images (not views) per second after the first step",
    case: found,
    precision: values.precision,
    rounds,
    versions: Object.assign({}, ...contestants.map(({ versions }) => versions)),
    imagesPerSecond: measured(answers, items),
    ratios: Object.fromEntries(
      contestants
        .filter(({ name }) => name !== command)
        .map(({ name }) => [`${command} / ${name}`, ratioOf(answers, command, name)]),
    ),
  });
}
