import { Command } from "commander";
import { invalidOption } from "../errors.js";
import { shown } from "../run/run-settings.js";
import { transferRun } from "../run/transfer-run.js";
import { interruptedExitCode, listenForInterruption } from "../terminal/interruption.js";
import { openTerminal } from "../terminal/terminal.js";
import { publishedDataset } from "../transfer/named-datasets.js";
import { publishedDatasets } from "../transfer/published-datasets.js";
import type { TransferChoices } from "../transfer/transfer-settings.js";
import { transferRows, transferTable } from "../transfer/transfer-table.js";
import { list, numberOf } from "./option-values.js";

interface TransferOptions {
  readonly method?: string[];
  readonly dataFolder?: string;
  readonly encoders?: string[];
  readonly regularizations?: string[];
  readonly learningRates?: string[];
  readonly weightDecays?: string[];
  readonly steps?: string;
  readonly batchSize?: string;
  readonly again?: boolean;
  readonly describe?: string;
}

export function transferCommand(): Command {
  const width = Math.max(...publishedDatasets.map(({ name }) => name.length)) + 2;
  const indent = `  ${"".padEnd(width)}`;
  const lines = publishedDatasets.map(({ name, source, layout }) => {
    const text = [source?.page ?? "", ...wrapped(layout ?? "", 120 - indent.length)];
    return `  ${name.padEnd(width)}${text.join(`\n${indent}`)}`;
  });
  return new Command("transfer")
    .argument("[run]", "the run's folder")
    .argument(
      "[datasets...]",
      "names of those below, folders with train and test, descriptors' .json files, or what pretrain takes",
    )
    .option("-m, --method <names>", "linear, fine-tune, or linear,fine-tune (default: linear)", list)
    .option("-d, --data-folder <folder>", "where the named datasets lie, each in a folder of its name (default: here)")
    .option("--encoders <names>", "trained, untrained, or trained,untrained (default: trained)", list)
    .option("--regularizations <numbers>", "linear: strengths of L2 to choose from (default: 45, 1e-6 to 1e5)", list)
    .option("--learning-rates <numbers>", "fine-tune: rates to choose from (default: 7, 1e-4 to 0.1)", list)
    .option(
      "--weight-decays <numbers>",
      "fine-tune: decays, divided by the rate (default: 0 and 7, 1e-6 to 1e-3)",
      list,
    )
    .option("--steps <n>", "fine-tune: of each training (default: 20000)")
    .option("--batch-size <n>", "fine-tune: images a step (default: 256)")
    .option("--again", "measure again what is finished")
    .option("--describe <dataset>", "print the descriptor of a dataset, to start one of your own from, and stop")
    .addHelpText(
      "after",
      `
Methods (Chen et al. 2020, appendix B.8); settings are chosen on validation images, then trained anew on train and validation:
  linear      logistic regression on frozen features by L-BFGS, without augmentation; minutes
  fine-tune   the whole network goes on learning: 56 trainings of 20,000 steps to choose from. Days on a GPU; make it smaller:
              --learning-rates 0.003,0.03 --weight-decays 0,1e-5 --steps 1000 takes 5,000 steps
  Images of several classes (pascal-voc-2007) have a logistic regression for each class in both, without difficult ones
  --encoders untrained is the same network before its first step; fine-tuned, it has the paper's grid for random numbers

The paper's datasets, each in <data folder>/<name>. Nothing is downloaded; sizes unlike the published ones are told:
${lines.join("\n")}

A dataset of your own is a folder with train/<class> and test/<class>; images of val/<class> choose settings, and without
them a tenth of each class's train images. For lists of files, another metric or a drawn split put a dataset.json into it:
  simclr transfer --describe dtd > data/mine/dataset.json
Shards, binary files and the names cifar10, cifar100, stl10, tiny-imagenet and digits are taken as by pretrain: their own test
part, or a fifth of each class; of the train images a tenth of each class chooses settings.

Examples:
  simclr transfer runs/photos-20261124-093000 dtd oxford-pets --data-folder ~/data
  simclr transfer runs/photos-20261124-093000 ./mushrooms --method linear,fine-tune --learning-rates 0.01 --weight-decays 0 --steps 500
  simclr transfer runs/photos-20261124-093000 food-101 --encoders trained,untrained

Each result is written when it is there to <run>/transfer/<dataset>-<method>-<encoder>.json. What is finished is left as it is,
so the same command goes on after Ctrl-C, within a search too. The table with published numbers is <run>/transfer/table.md,
.csv and .json.`,
    )
    .action(async (runFolder: string | undefined, datasets: string[], options: TransferOptions) => {
      if (options.describe !== undefined) {
        process.stdout.write(`${JSON.stringify(publishedDataset(options.describe), null, 2)}\n`);
        return;
      }
      if (runFolder === undefined) {
        const remedy = "For example: simclr transfer runs/photos-20261124-093000 dtd.";
        throw invalidOption("run", "no run", "the folder of a run, and datasets", remedy);
      }
      const choices = choicesOf(options);
      const terminal = openTerminal();
      const interruption = listenForInterruption(() =>
        terminal.print("Stopping; what is finished is kept. Ctrl-C again stops at once."),
      );
      const { signal } = interruption;
      const { dataFolder, again } = options;
      try {
        const { results, files } = await transferRun({ ...choices, runFolder, datasets, dataFolder, again, terminal, signal }); // biome-ignore format: one line
        const table = results.length > 0 ? `${transferTable(transferRows(results))}\nTable  ${shown(files.markdown)}` : "Nothing was measured."; // biome-ignore format: one line
        process.stdout.write(`${table}\n`);
      } finally {
        interruption.release();
      }
      if (signal.aborted) process.exitCode = interruptedExitCode;
    });
}

function choicesOf(options: TransferOptions): TransferChoices {
  const number = (option: string, text: string | undefined) => numberOf("transfer", option, text);
  const numbers = (option: string, texts: string[] | undefined) => texts?.map((text) => number(option, text) as number);
  return {
    // Names are checked with everything else.
    methods: options.method as TransferChoices["methods"],
    encoders: options.encoders as TransferChoices["encoders"],
    regularizations: numbers("--regularizations", options.regularizations),
    learningRates: numbers("--learning-rates", options.learningRates),
    weightDecays: numbers("--weight-decays", options.weightDecays),
    steps: number("--steps", options.steps),
    batchSize: number("--batch-size", options.batchSize),
  };
}

function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) as string;
    if (last !== "" && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
