import { Command, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { commands } from "./commands/commands.js";

/**
 * The command line.
 *
 * @param words what the user typed after `simclr`; of the commands, the one that they name is there with its options
 */
export async function program(words: readonly string[] = process.argv.slice(2)): Promise<Command> {
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
  const [first, second] = words.filter((word) => !word.startsWith("-"));
  const called = first === "help" ? second : first;
  for (const { name, description, load } of commands) {
    const command = name === called ? (await load())() : new Command(name);
    // Subcommands inherit settings only when the program makes them.
    command.description(description).copyInheritedSettings(simclr);
    simclr.addCommand(command.showHelpAfterError(`(simclr ${name} --help shows how)`));
  }
  return simclr;
}
