// Two views of every image and nothing else, one thread each: images per second per core, beside lightly's SimCLRTransform (PIL)
// and torchvision's v2 transforms on tensors.
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { startContestant } from "./contestant.js";
import { writeResult } from "./result.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(values.rounds);
const cases = {
  "32 pixels": {
    options: ["--source-size", "32", "--image-size", "32", "--batch", "256", "--strength", "0.5"],
    batch: 256,
  },
  "256 to 224 pixels, blur": {
    options: ["--source-size", "256", "--image-size", "224", "--batch", "32", "--strength", "1", "--blur"],
    batch: 32,
  },
};
const results: Record<string, object> = {};
const versions: Record<string, string> = {};
for (const [name, { options, batch }] of Object.entries(cases)) {
  console.error(name);
  const contestants = [
    await startContestant("ours", "augmentation.ts", options),
    await startContestant("lightly", "augmentation.py", options),
    await startContestant("torchvision v2", "augmentation.py", [...options, "--torchvision"]),
  ];
  const batches = 4;
  const items = batches * batch;
  const answers = await alternate(contestants, { rounds, request: { batches }, warmUp: { batches: 2 }, items });
  for (const contestant of contestants) {
    contestant.stop();
    Object.assign(versions, contestant.versions);
  }
  results[name] = {
    imagesPerSecondPerCore: measured(answers, items),
    ratios: Object.fromEntries(
      ["lightly", "torchvision v2"].map((peer) => [`ours / ${peer}`, ratioOf(answers, "ours", peer)]),
    ),
  };
}
writeResult("augmentation", {
  what: "two SimCLR views of each image, one thread each; images per second per core",
  threads: 1,
  rounds,
  versions,
  results,
});
