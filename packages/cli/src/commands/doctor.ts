import { useTensorFlow } from "@simclr/runtime";
import { Command } from "commander";
import { machine } from "../run/machine.js";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Say what this machine has to compute with.")
    .addHelpText("after", "\nExamples:\n  simclr doctor")
    .action(async () => {
      const { node, platform, cpu, cores } = machine();
      const { version, directory, kind, gpu } = await useTensorFlow();
      const lines = [
        `Node        ${node}, ${platform}`,
        `Processor   ${cpu}, ${cores} cores`,
        `TensorFlow  ${version} for ${kind} in ${directory}`,
        `GPU         ${gpu ?? "none"}`,
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}
