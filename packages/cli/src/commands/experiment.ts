import { Command, Option } from "commander";
import { invalidOption } from "../errors.js";
import { experiments } from "../experiment/experiments.js";
import { type RunExperimentOptions, runExperiment } from "../experiment/run-experiment.js";
import { scaleNamed, scaleNames } from "../experiment/scale.js";
import { interruptedExitCode, listenForInterruption } from "../terminal/interruption.js";
import { printExperiment } from "../terminal/print-experiment.js";
import { openTerminal } from "../terminal/terminal.js";
import { collect } from "./option-values.js";

interface ExperimentOptions extends Pick<RunExperimentOptions, "scale" | "set" | "folder"> {
  readonly seeds: string;
  readonly plan?: boolean;
}

export function experimentCommand(): Command {
  const names = experiments.map(({ name, title, source }) => `  ${name.padEnd(22)} ${title} (${paperPart(source)})`);
  const scales = scaleNames.map((name) => `  ${name.padEnd(22)} ${scaleNamed(name).title}`);
  return new Command("experiment")
    .argument("<name>", "which one, see below")
    .argument(
      "[data]",
      "labelled images: digits, cifar10 or a folder (default: digits at scale tiny, cifar10 at cifar)",
    )
    .addOption(new Option("--scale <scale>", "how large").choices(scaleNames).default("tiny"))
    .option("--seeds <n>", "runs of each setting; with two or more the noise is told", "3")
    .option("-s, --set <key=value>", "replace a setting of every run; can be repeated", collect)
    .option("--folder <folder>", "where runs and results lie (default: experiments/<scale>)")
    .option("--plan", "only say what there is to do")
    .addHelpText(
      "after",
      `
Experiments:
${names.join("\n")}

Scales:
${scales.join("\n")}

The result is <folder>/<name>.md, .csv, .json, .svg and .png, written anew after every trial: means and standard deviations, who
wins, and whether by more than the noise (Student's interval of the differences, paired by seed).

Ctrl-C saves; the same command goes on where it stopped. Experiments in one folder share their runs, and each is an ordinary
run: simclr report <folder>/runs/<run>.

Examples:
  simclr experiment losses
  simclr experiment augmentations ./cifar10 --seeds 5
  simclr experiment temperature cifar10 --scale cifar --folder /data/experiments
  simclr experiment projection-head ./photos --set imageSize=64 --set epochs=30`,
    )
    .action(async (name: string, data: string | undefined, options: ExperimentOptions) => {
      const terminal = openTerminal();
      const { seeds, plan: planOnly, ...rest } = options;
      const interruption = listenForInterruption(() =>
        terminal.print("Stopping after this step and saving. Ctrl-C again stops at once, without saving."),
      );
      const result = await runExperiment({
        name,
        data,
        ...rest,
        seeds: countOf(seeds),
        planOnly,
        terminal,
        signal: interruption.signal,
      }).finally(interruption.release);
      printExperiment(result);
      if (result.interrupted) {
        terminal.print("Go on with the same command.");
        process.exitCode = interruptedExitCode;
      }
    });
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw invalidOption("--seeds", text, "a whole number of at least 1", "Three tell the noise; one is quickest.");
}

function paperPart(source: string): string {
  return source.replace("Chen et al. 2020, ", "");
}
