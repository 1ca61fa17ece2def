import { Command, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { doctorCommand } from "./commands/doctor.js";
import { embedCommand } from "./commands/embed.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { experimentCommand } from "./commands/experiment.js";
import { pretrainCommand } from "./commands/pretrain.js";
import { recipesCommand } from "./commands/recipes.js";
import { reportCommand } from "./commands/report.js";
import { transferCommand } from "./commands/transfer.js";

/** The command line as a whole. */
export function program(): Command {
  const simclr = new Command("simclr")
    .description("Learn image representations without labels: SimCLR on TensorFlow.js.")
    .version(packageJson.version)
    .addOption(new Option("--verbose", "show where an error happened"))
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(simclr --help shows how)")
    .exitOverride()
    .addHelpText(
      "after",
      `
The whole way:
  simclr pretrain ./photos                        learn from your own photos; labels are not needed
  simclr evaluate runs/photos-20261124-093000     how good is it? (needs labels: folders named after classes)
  simclr report runs/*                            all runs side by side, on one page
  simclr embed runs/photos-20261124-093000 ./new  use it: one vector for every image

A first look, without images of your own, in minutes:
  simclr pretrain digits

Runs lie in ./runs: checkpoints, metrics.jsonl, tensorboard/ and report/index.html.`,
    );
  const commands = [
    pretrainCommand(),
    evaluateCommand(),
    transferCommand(),
    reportCommand(),
    embedCommand(),
    experimentCommand(),
    recipesCommand(),
    doctorCommand(),
  ];
  for (const command of commands) {
    // Subcommands inherit settings only when the program makes them.
    simclr.addCommand(command.copyInheritedSettings(simclr));
  }
  return simclr;
}
