import { Command, Option } from "commander";
import { type ExportRunOptions, exportRun } from "../run/export-run.js";
import { shown } from "../run/run-settings.js";
import { numberOf } from "./option-values.js";

interface ExportOptions extends Pick<ExportRunOptions, "format" | "output"> {
  readonly classes?: string;
}

export function exportCommand(): Command {
  return new Command("export")
    .argument("<run>", "the run's folder")
    .addOption(
      new Option("-f, --format <name>", "what to write")
        .choices(["safetensors", "torchvision", "graph-model", "onnx"])
        .default("safetensors"),
    )
    .option("-o, --output <folder>", "where to (default: <run>/export/<format>)")
    .option("--classes <n>", "torchvision: with a classifier of n classes, all zeros (default: none)")
    .addHelpText(
      "after",
      `
The formats:
  safetensors  our names; simclr import reads it back to the bit
  torchvision  a state dict for torchvision.models: resnet*, vit_*, convnext_*; as safetensors
  graph-model  model.json and weights for tf.loadGraphModel, in browsers too
  onnx         opset 17; images [batch, channels, height, width]

Examples:
  simclr export runs/photos-20261124-093000
  simclr export runs/photos-20261124-093000 --format onnx --output ./model`,
    )
    .action(async (runFolder: string, { classes, ...options }: ExportOptions) => {
      const classCount = numberOf("export", "--classes", classes);
      const { paths, notes } = await exportRun({ runFolder, ...options, classCount });
      process.stdout.write([...paths.map(shown), ...notes].map((line) => `${line}\n`).join(""));
    });
}
