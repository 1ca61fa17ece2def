import type { Command } from "commander";

interface NamedCommand {
  readonly name: string;
  readonly description: string;
  /** Only the command that is called is loaded: TensorFlow.js, charts and images take a second. */
  load(): Promise<() => Command>;
}

/** The commands, in the order of `simclr --help`. */
export const commands: readonly NamedCommand[] = [
  {
    name: "pretrain",
    description: "Train an encoder on images; labels are not needed.",
    load: async () => (await import("./pretrain.js")).pretrainCommand,
  },
  {
    name: "evaluate",
    description: "Measure a run's encoder, beside the same encoder untrained and beside raw pixels.",
    load: async () => (await import("./evaluate.js")).evaluateCommand,
  },
  {
    name: "transfer",
    description: "Measure a run's encoder on other datasets, as the paper does on twelve.",
    load: async () => (await import("./transfer.js")).transferCommand,
  },
  {
    name: "report",
    description: "Show a run, or several side by side, on one page that works offline.",
    load: async () => (await import("./report.js")).reportCommand,
  },
  {
    name: "embed",
    description: "Turn every image of a folder into a vector, with a run's encoder.",
    load: async () => (await import("./embed.js")).embedCommand,
  },
  {
    name: "import",
    description: "Make a run of somebody's weights: PyTorch's, TensorFlow's or ours.",
    load: async () => (await import("./import.js")).importCommand,
  },
  {
    name: "export",
    description: "Write a run's encoder for PyTorch, browsers or ONNX.",
    load: async () => (await import("./export.js")).exportCommand,
  },
  {
    name: "experiment",
    description: "Repeat one of the paper's experiments: every run, with several seeds, a figure and a table.",
    load: async () => (await import("./experiment.js")).experimentCommand,
  },
  {
    name: "download",
    description: "Fetch CIFAR-10, CIFAR-100, STL-10 or Tiny ImageNet from its makers' site.",
    load: async () => (await import("./download.js")).downloadCommand,
  },
  {
    name: "recipes",
    description: "List the recipes, print one, or list all settings.",
    load: async () => (await import("./recipes.js")).recipesCommand,
  },
  {
    name: "describe",
    description: "Say what training by a recipe would need: parameters, computation, memory.",
    load: async () => (await import("./describe.js")).describeCommand,
  },
  {
    name: "doctor",
    description: "Say what this machine has to compute with, and what is missing.",
    load: async () => (await import("./doctor.js")).doctorCommand,
  },
];
