import { Command, Option } from "commander";
import { evaluateRun, type Protocol } from "../run/evaluate-run.js";
import { printReport } from "../terminal/print-report.js";

interface EvaluateOptions {
  readonly protocol: Protocol | "all";
  readonly data?: string;
}

export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("Measure a run's encoder, beside the same encoder untrained and beside raw pixels.")
    .argument("<run>", "the run's folder, or one of its checkpoints' run")
    .addOption(new Option("-p, --protocol <name>", "what to measure").choices(["knn", "linear", "all"]).default("all"))
    .option("-d, --data <data>", "other images than the run's own: digits, cifar10 or a folder, with labels")
    .addHelpText(
      "after",
      `
Protocols:
  knn     each test image takes the class of its nearest training images, k = 200, cosine similarity, votes weighted by
          exp(similarity / 0.1) (Wu et al. 2018, with lightly's temperature)
  linear  one linear layer trained on the frozen encoder's features (Chen et al. 2020, section 4.2)
\`simclr recipes --keys\` lists their settings, evaluation.*, which a run takes from its recipe.

Examples:
  simclr evaluate runs/digits-20261124-093000
  simclr evaluate runs/photos-20261124-093000 --protocol knn --data ./other-photos

The report is written to <run>/report: index.html, which needs no other file, report.json, and its pictures one by one.
\`simclr report\` shows several runs on one page.`,
    )
    .action(async (runFolder: string, { protocol, data }: EvaluateOptions) => {
      printReport(
        await evaluateRun({ runFolder, data, protocols: protocol === "all" ? ["knn", "linear"] : [protocol] }),
      );
    });
}
