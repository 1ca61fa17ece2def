// A folder of JPEG files to batches, and nothing else: images per second per core, beside torchvision's ImageFolder with PIL in a
// DataLoader of as many workers as there are cores.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { startContestant } from "./contestant.js";
import { photos } from "./photos.js";
import { writeResult } from "./result.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(values.rounds);
const cores = cpus().length;
const cases = [
  { name: "32 pixels", fileSize: 32, square: true, files: 4096, imageSize: 32, batch: 256 },
  { name: "256 pixels to 224", fileSize: 256, square: true, files: 512, imageSize: 224, batch: 64 },
  { name: "500 pixels to 224", fileSize: 500, square: false, files: 512, imageSize: 224, batch: 64 },
];
const results: Record<string, object> = {};
const versions: Record<string, string> = {};
for (const { name, fileSize, square, files, imageSize, batch } of cases) {
  console.error(name);
  const folder = await photos(fileSize, files, { square });
  const options = ["--folder", folder, "--image-size", `${imageSize}`, "--batch", `${batch}`];
  const contestants = [
    await startContestant("ours", "input.ts", options),
    await startContestant("torchvision", "input.py", [...options, "--workers", `${cores}`]),
  ];
  // A request is an epoch: nothing is read ahead across its end by either.
  const items = files / cores;
  const answers = await alternate(contestants, { rounds, request: { epochs: 1 }, items });
  for (const contestant of contestants) {
    contestant.stop();
    Object.assign(versions, contestant.versions);
  }
  results[name] = {
    imagesPerSecondPerCore: measured(answers, items),
    ratios: { "ours / torchvision": ratioOf(answers, "ours", "torchvision") },
  };
}
writeResult("input", {
  what: "JPEG files to shuffled batches of uint8, on all cores; images per second per core",
  cores,
  rounds,
  versions,
  results,
});
