// One training step beside the same step in PyTorch, eager and compiled: alternating rounds in one run, the ratio of images
// per second, and the peak of memory. A case is a network, a size, a precision; each has its own file of results.
//
// tfjs-node itself is no contestant: its installer fetches a libtensorflow from a storage host that a machine with package registries alone
// does not reach, and ends with an error there. In its place stands the eager step, which its own kernels make, one operation a call, with
// the fused kernels of ours and a current TensorFlow: what tfjs-node would do at best.
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { type Contestant, startContestant } from "./contestant.js";
import { writeResult } from "./result.js";
import { type StepCase, stepCaseNamed, stepCases } from "./step-cases.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    steps: { type: "string" },
    threads: { type: "string", default: "2" },
    precision: { type: "string" },
    "no-compile": { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);

for (const name of positionals.length > 0 ? positionals : Object.keys(stepCases))
  await runCase(name, stepCaseNamed(name));

async function runCase(name: string, { steps: usualSteps, ...usual }: StepCase): Promise<void> {
  const network = { ...usual, precision: values.precision ?? usual.precision };
  const steps = Number(values.steps ?? usualSteps);
  const options = Object.entries({ ...network, threads: values.threads }).flatMap(([key, value]) => [
    `--${key}`,
    `${value}`,
  ]);
  console.error(`${name}: ${options.join(" ")}`);
  const ours = ["ours, views made in the step", "ours, views given"] as const;
  const withPeers = !values["no-peers"];
  const withCompiled = withPeers && !values["no-compile"];
  const peers = [...(withPeers ? ["PyTorch, views given"] : []), ...(withCompiled ? ["PyTorch compiled, views given"] : [])]; // biome-ignore format: one line
  const contestants: Contestant[] = [
    await startContestant(ours[0], "step.ts", [...options, "--augment"]),
    await startContestant(ours[1], "step.ts", options),
    await startContestant("ours without compile(), as tfjs-node runs", "step.ts", [...options, "--eager"]),
    ...(withPeers
      ? [
          await startContestant("PyTorch, views made in the step", "step.py", [...options, "--augment"]),
          await startContestant("PyTorch, views given", "step.py", options),
        ]
      : []),
    ...(withCompiled
      ? [await startContestant("PyTorch compiled, views given", "step.py", [...options, "--compile"])]
      : []),
  ];
  const items = steps * network.batch;
  const answers = await alternate(contestants, { rounds, request: { steps }, warmUp: { steps: 2 }, items });
  for (const contestant of contestants) contestant.stop();
  const ratio = (own: string, peer: string) => [`${own} / ${peer}`, ratioOf(answers, own, peer)] as const;
  writeResult(`step/${name}`, {
    what: "SimCLR's training step, two views of each image; images (not views) per second",
    case: network,
    threads: Number(values.threads),
    rounds,
    stepsPerRound: steps,
    versions: Object.assign({}, ...contestants.map(({ versions }) => versions)),
    imagesPerSecond: measured(answers, items),
    ratios: Object.fromEntries([
      ...(withPeers ? [ratio(ours[0], "PyTorch, views made in the step")] : []),
      ...ours.flatMap((own) => peers.map((peer) => ratio(own, peer))),
    ]),
  });
}
