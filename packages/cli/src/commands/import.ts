import { Command, Option } from "commander";
import type { ImportRunOptions } from "../run/import-run.js";
import { importRun } from "../run/import-run.js";
import { shown } from "../run/run-settings.js";
import { collect } from "./option-values.js";

interface ImportOptions extends Pick<ImportRunOptions, "format" | "prefix" | "normalization"> {
  readonly run?: string;
  readonly set?: string[];
}

export function importCommand(): Command {
  return new Command("import")
    .argument("<file>", "a .safetensors, .pt, .pth or .ckpt file, or a TensorFlow checkpoint or SavedModel")
    .argument("<data>", "the images to measure it on: a name, a folder or shards, as for pretrain")
    .option("--run <folder>", "the new run's folder (default: a new one in runs/)")
    .addOption(
      new Option("--format <name>", "what the file is (default: what it looks like)").choices([
        "simclr",
        "safetensors",
        "torch",
        "tensorflow",
      ]),
    )
    .option("--prefix <text>", "what stands before the encoder's names, where a file has several")
    .addOption(
      new Option(
        "--normalization <name>",
        "what its images were normalized with (default: imagenet for PyTorch's networks with a stem for ImageNet)",
      ).choices(["imagenet", "none"]),
    )
    .option("--set <key=value>", "a setting of the run's recipe, such as imageSize; can be repeated", collect)
    .addHelpText(
      "after",
      `
Read are torchvision's, lightly's, solo-learn's, VISSL's and MoCo's state dicts, the checkpoints of google-research/simclr, and ours.
No code in a file is ever run. A projection head of google-research/simclr comes with its encoder: simclr evaluate --fine-tune-from-head-layer.

Examples:
  simclr import resnet50.safetensors ./photos --set imageSize=224
  simclr import moco_v2_800ep_pretrain.pth.tar ./photos --run runs/moco --set imageSize=224
  simclr import ./r152_3x_sk1/model.ckpt-250228 ./photos --set imageSize=224
  simclr import ./simclr_r50_1x/saved_model ./photos --set imageSize=224`,
    )
    .action(async (file: string, data: string, { run, ...options }: ImportOptions) => {
      const { runFolder, spec, headLayers, unused } = await importRun({ file, data, runFolder: run, ...options });
      const { depth, width, stem, variant, normalization, selectiveKernels } = spec;
      const kernels = selectiveKernels > 0 ? ", selective kernels" : "";
      const images = normalization === "none" ? "images as they are" : "images normalized";
      const head = headLayers === 0 ? "" : `, with its head of ${headLayers} layers`;
      const left =
        unused.length === 0
          ? "all tensors used"
          : `${unused.length} tensors not used: ${unused.slice(0, 3).join(", ")}`;
      process.stdout.write(
        `ResNet-${depth}, width ${width}${kernels}, stem ${stem}, variant ${variant}, ${images}${head}; ${left}\n` +
          `Run     ${shown(runFolder)}\nNext    simclr evaluate ${shown(runFolder)}\n`,
      );
    });
}
