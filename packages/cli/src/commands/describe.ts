import { formatBytes, formatCount } from "@simclr/backbones";
import { Command } from "commander";
import { describeRecipe, type RecipeDescription } from "../run/describe-recipe.js";
import { collect, numberOf } from "./option-values.js";

interface DescribeOptions {
  readonly set?: string[];
  readonly channels?: string;
  readonly json?: boolean;
}

export function describeCommand(): Command {
  return new Command("describe")
    .argument("<recipe>", "a built-in recipe or a .ts, .js or .json file")
    .option("-s, --set <key=value>", "replace one setting of the recipe; can be repeated", collect)
    .option("--channels <n>", "of the images (default: 3)")
    .option("--json", "print the description as JSON")
    .addHelpText(
      "after",
      `
Parameters, multiply-accumulates and memory of a training step, by shapes alone: it takes seconds and little memory for any network.
Memory is that of float32 as TensorFlow.js keeps it; XLA and bfloat16 need less.

Examples:
  simclr describe imagenet-resnet50
  simclr describe imagenet-resnet50 --set backbone.depth=152 --set backbone.width=3 --set backbone.selectiveKernels=0.0625
  simclr describe imagenet-resnet50 --set backbone.kind=vit --set backbone.positions=sincos --set batchSize=256
  simclr describe ./mine.ts --set backbone.recompute=blocks`,
    )
    .action(async (recipe: string, { set, channels: text, json }: DescribeOptions) => {
      const channels = numberOf("describe", "--channels", text);
      const description = await describeRecipe({ recipe, set, channels });
      process.stdout.write(`${json ? JSON.stringify(description, null, 2) : lines(description)}\n`);
    });
}

function lines(description: RecipeDescription): string {
  const { recipe, name, encoder, headParameters, predictorParameters, batchSize, bytes, recomputedActivationBytes } =
    description;
  const count = (value: number) => value.toLocaleString("en");
  const { imageSize, backbone, head, optimizer } = recipe;
  const step = `${recipe.batchSize === "auto" ? `at most ${batchSize}` : count(batchSize)} images in two views each`;
  const total = Object.values(bytes).reduce((sum, part) => sum + part, 0);
  const features = encoder.outputs.features?.at(-1) as number;
  return [
    `Encoder   ${name} on ${imageSize} x ${imageSize} pixels: ${count(encoder.parameters)} parameters, ${count(features)} features`,
    `Head      ${head.kind}: ${count(headParameters)} parameters${predictorParameters > 0 ? `; predictor: ${count(predictorParameters)} parameters` : ""}`,
    `Compute   ${formatCount(encoder.multiplyAccumulatesPerImage)} multiply-accumulates an image forward, ${formatCount(description.multiplyAccumulatesPerStep)} a step of ${step}`,
    `Memory    ${formatBytes(total)} a step: parameters ${formatBytes(bytes.parameters)}, gradients ${formatBytes(bytes.gradients)}, ${optimizer.kind} ${formatBytes(bytes.optimizer)},${bytes.objective > 0 ? ` ${recipe.objective.kind} ${formatBytes(bytes.objective)},` : ""} activations ${formatBytes(bytes.activations)}`,
    ...(backbone.recompute === "blocks"
      ? []
      : [`          --set backbone.recompute=blocks: activations ${formatBytes(recomputedActivationBytes)}`]),
  ].join("\n");
}
