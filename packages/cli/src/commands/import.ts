import { Command, Option } from "commander";
import type { ImportRunOptions } from "../run/import-run.js";
import { importRun } from "../run/import-run.js";
import { networkLine } from "../run/imported-backbone.js";
import { shown } from "../run/run-settings.js";
import { collect, numberOf } from "./option-values.js";

interface ImportOptions extends Pick<ImportRunOptions, "format" | "prefix" | "normalization"> {
  readonly run?: string;
  readonly heads?: string;
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
        "what its images were normalized with (default: imagenet for PyTorch's networks, but for ResNets with a stem for CIFAR)",
      ).choices(["imagenet", "inception", "none"]),
    )
    .option("--heads <n>", "of a vision transformer, where its width is none of the published")
    .option("--set <key=value>", "a setting of the run's recipe, such as imageSize; can be repeated", collect)
    .addHelpText(
      "after",
      `
Read are ResNets, vision transformers and ConvNeXts in torchvision's, timm's, lightly's, solo-learn's, VISSL's, MoCo's and DINO's state
dicts, the checkpoints of google-research/simclr, and ours. A vision transformer's positions are interpolated to the images' size.
No code in a file is ever run. A projection head of google-research/simclr comes with its encoder: simclr evaluate --fine-tune-from-head-layer.

Examples:
  simclr import resnet50.safetensors ./photos --set imageSize=224
  simclr import moco_v2_800ep_pretrain.pth.tar ./photos --run runs/moco --set imageSize=224
  simclr import dino_deitsmall16_pretrain.pth ./photos --set imageSize=224
  simclr import vit_base_patch16_224.safetensors ./photos --normalization inception --set imageSize=224
  simclr import ./r152_3x_sk1/model.ckpt-250228 ./photos --set imageSize=224
  simclr import ./simclr_r50_1x/saved_model ./photos --set imageSize=224`,
    )
    .action(async (file: string, data: string, { run, heads, ...options }: ImportOptions) => {
      const headCount = numberOf("import", "--heads", heads);
      const imported = await importRun({ file, data, runFolder: run, headCount, ...options });
      const { runFolder, spec, headLayers, unused } = imported;
      const head = headLayers === 0 ? "" : `, with its head of ${headLayers} layers`;
      const left =
        unused.length === 0
          ? "all tensors used"
          : `${unused.length} tensors not used: ${unused.slice(0, 3).join(", ")}`;
      process.stdout.write(
        `${networkLine(spec)}${head}; ${left}\n` +
          `Run     ${shown(runFolder)}\nNext    simclr evaluate ${shown(runFolder)}\n`,
      );
    });
}
