import { Command, Option } from "commander";
import { reportRuns } from "../run/report-runs.js";
import { shown } from "../run/run-settings.js";

interface ReportOptions {
  readonly output?: string;
  readonly map: "umap" | "none";
  readonly title?: string;
}

export function reportCommand(): Command {
  return new Command("report")
    .argument("[runs...]", "the runs' folders")
    .option("-o, --output <file>", "where to write it (default: <run>/report/index.html; of several runs, report.html)")
    .addOption(new Option("-m, --map <kind>", "the map of the images").choices(["umap", "none"]).default("umap"))
    .option("-t, --title <text>", "the page's title (default: the recipe's description)")
    .addHelpText(
      "after",
      `
The page shows
  accuracies   of every protocol that was measured, with 95% intervals, beside the untrained encoder and raw pixels;
               what others published for the same recipe stands below, with its source
  curves       loss, accuracies and images a second, of all runs in one chart each
  a map        up to a thousand images, laid out by UMAP so that what the encoder finds alike lies together
  neighbours   a few images and those most like them
  mistakes     the confusion matrix
  settings     of each run; those in which runs differ come first

It is one file: send it, print it, open it without a network. It says what was measured so far: simclr pretrain measures
kNN and linear at its end, simclr evaluate what else you ask for. A run that is still training has its curves. A map is
made from the run's images and its last checkpoint, and kept in <run>/report; --map none computes nothing at all.

Examples:
  simclr report runs/digits-20261124-093000
  simclr report runs/* --output comparison.html --title "Temperatures"
  simclr report runs/photos-20261124-093000 --map none`,
    )
    .action(async (runFolders: string[], { output, map, title }: ReportOptions) => {
      const { html } = await reportRuns({ runFolders, output, map, title });
      process.stdout.write(`Report  ${shown(html)}\n`);
    });
}
