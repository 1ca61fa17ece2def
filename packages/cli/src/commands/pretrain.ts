import { Command } from "commander";
import { pretrainRun } from "../run/pretrain-run.js";
import { interruptedExitCode } from "../terminal/interruption.js";
import { printReport } from "../terminal/print-report.js";
import { collect } from "./option-values.js";

interface PretrainOptions {
  readonly recipe?: string;
  readonly set?: string[];
  readonly seed?: string;
  readonly from?: string;
  readonly run?: string;
  readonly resume?: boolean;
  readonly profile?: string;
}

export function pretrainCommand(): Command {
  return new Command("pretrain")
    .argument("[data]", "digits, cifar10, cifar100, stl10, tiny-imagenet, a folder of images, or shards: see below")
    .option("-r, --recipe <name|file>", "a built-in recipe or a .ts, .js or .json file (default: by the images)")
    .option("-s, --set <key=value>", "replace one setting of the recipe; can be repeated", collect)
    .option("--seed <n>", "short for --set seed=n; the same seed gives the same run")
    .option("--from <run>", "begin with another run's encoder, trained or imported; short for --set startFrom=<run>")
    .option("--run <folder>", "where to put the run (default: runs/<recipe>-<time>)")
    .option("--resume", "go on with the run in --run from its last checkpoint")
    .option("--profile <file>", "write a trace of the second step's operations, for ui.perfetto.dev")
    .addHelpText(
      "after",
      `
Examples:
  simclr pretrain digits                               ten thousand handwritten digits, in minutes on two cores
  simclr pretrain ./photos                             recipe "photos": 96 pixels, half a ResNet-18, batch by the number of photos
  simclr pretrain ./photos --set imageSize=128 --set epochs=300
  simclr pretrain cifar10 --recipe cifar10-resnet18    the reference's recipe: 91% linear; wants a GPU
  simclr pretrain ./photos --recipe ./mine.ts          a recipe of your own: export default defineRecipe({ ... })
  simclr pretrain ./photos --set backbone.kind=vit     a vision transformer; simclr describe photos --set ... tells what it needs
  simclr pretrain ./photos --set objective.kind=byol   another method: moco, byol, simSiam, supCon, barlowTwins, vicReg, dcl
  simclr pretrain cifar10 --set evaluation.linearProbe=true  a linear classifier beside the encoder, which it does not teach
  simclr pretrain ./photos --from runs/resnet50        goes on from an encoder that was trained elsewhere, or imported
  simclr pretrain --run runs/photos-20261124-093000 --resume

What <data> is, its files tell:
  a folder of images         any depth; JPEG, PNG, WebP, AVIF, TIFF, GIF
  a folder with train/ and   their images; val/ instead of test/ does too. An ImageNet whose val/ has no folders needs the
  test/ in it                list of its labels: LOC_val_solution.csv, val.txt or --set data.validationLabels=<file>
  shards                     .tar (WebDataset), .tfrecord or train-00000-of-01024 (TFRecord), .parquet and .arrow (Hugging
                             Face, what save_to_disk writes too): a file, a pattern "train-{000..146}.tar" in quotes, or a
                             folder; names with train, val or test are these parts. --set data.imageKey and data.labelKey
                             name features or columns
  binary files               of CIFAR-10, CIFAR-100 and STL-10 (which pretrains on its unlabelled images too)
  a name                     cifar10, cifar100, stl10, tiny-imagenet: from ./ or ./data, where simclr download puts them

A folder with train/ and test/ in it has a test set. Where images lie in folders named after their classes, or shards have
labels, the classes are used to measure, with kNN every few epochs and at the end; a fifth of the images is held out for that.
Only objective.kind=supCon, and evaluation.linearProbe=true beside the encoder, learn from them.

Ctrl-C saves a checkpoint and says how to go on; a second Ctrl-C stops at once.
\`simclr recipes\` lists the recipes, \`simclr recipes --keys\` all settings and where their defaults are from.`,
    )
    .action(async (data: string | undefined, options: PretrainOptions) => {
      const { recipe, run, resume, seed, from, profile } = options;
      const short = [...(seed === undefined ? [] : [`seed=${seed}`]), ...(from === undefined ? [] : [`startFrom=${JSON.stringify(from)}`])]; // biome-ignore format: one line
      const set = [...(options.set ?? []), ...short];
      const command = process.env.npm_command === "exec" ? "npx simclr" : "simclr";
      const result = await pretrainRun({ data, recipe, set, runFolder: run, resume, profile, command });
      if (result.evaluation) printReport(result.evaluation);
      if (result.interrupted) process.exitCode = interruptedExitCode;
    });
}
