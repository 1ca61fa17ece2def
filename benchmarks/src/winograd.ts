// What Winograd's algorithm brings to a whole training step: the same step with it and without, alternating rounds in one run.
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { startContestant } from "./contestant.js";
import { writeResult } from "./result.js";
import { stepCaseNamed } from "./step-cases.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, threads: { type: "string", default: "2" } },
});
const rounds = Number(values.rounds);
const results: Record<string, object> = {};
const versions: Record<string, string> = {};
for (const name of positionals.length > 0 ? positionals : ["resnet18-32-float32"]) {
  const { steps, ...network } = stepCaseNamed(name);
  const options = Object.entries({ ...network, threads: values.threads }).flatMap(([key, value]) => [
    `--${key}`,
    `${value}`,
  ]);
  const contestants = [
    await startContestant("with Winograd's algorithm", "step.ts", options),
    await startContestant("without", "step.ts", [...options, "--no-winograd"]),
  ];
  const items = steps * network.batch;
  const answers = await alternate(contestants, { rounds, request: { steps }, warmUp: { steps: 2 }, items });
  for (const contestant of contestants) {
    contestant.stop();
    Object.assign(versions, contestant.versions);
  }
  results[name] = {
    imagesPerSecond: measured(answers, items),
    ratio: ratioOf(answers, "with Winograd's algorithm", "without"),
  };
}
writeResult("winograd", {
  what: "SimCLR's training step, views given, with and without Winograd's algorithm for 3 x 3 convolutions and their gradients",
  threads: Number(values.threads),
  rounds,
  versions,
  results,
});
