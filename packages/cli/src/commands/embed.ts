import { Command, Option } from "commander";
import { type EmbedImagesOptions, embedImages } from "../run/embed-images.js";

export function embedCommand(): Command {
  return new Command("embed")
    .argument("<run>", "the run's folder")
    .argument("<data>", "images: a folder, shards or a name, as for pretrain")
    .addOption(new Option("--part <name>", "of a dataset with a test part (default: both)").choices(["train", "test"]))
    .option("-o, --output <file>", "a .safetensors, .npy or .json file", "features.safetensors")
    .addHelpText(
      "after",
      `
The formats:
  .safetensors  "features" [images, size], with "labels" where there are classes; the paths are in the metadata
  .npy          the features for numpy.load; the paths lie beside it in <name>.paths.json
  .json         [{ "path": ..., "label": ..., "features": [...] }, ...]

A path is that of a file below the folder; within shards "train-0.parquet, row 17"; of CIFAR, STL-10 and digits "train/17".

Examples:
  simclr embed runs/photos-20261124-093000 ./photos
  simclr embed runs/photos-20261124-093000 ./photos --output photos.npy
  simclr embed runs/photos-20261124-093000 cifar10 --part test --output cifar10.safetensors`,
    )
    .action(async (runFolder: string, data: string, options: Pick<EmbedImagesOptions, "output" | "part">) => {
      const { output, part } = options;
      const { count, size, skipped } = await embedImages({ runFolder, data, part, output });
      const left = skipped.length > 0 ? `; ${skipped.length} could not be decoded and are left out` : "";
      process.stdout.write(`${output}: ${count} images, ${size} numbers each${left}\n`);
    });
}
