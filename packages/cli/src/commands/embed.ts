import { Command } from "commander";
import { embedFolder } from "../run/embed-folder.js";

export function embedCommand(): Command {
  return new Command("embed")
    .argument("<run>", "the run's folder")
    .argument("<folder>", "images, at any depth")
    .option("-o, --output <file>", "a .safetensors, .npy or .json file", "features.safetensors")
    .addHelpText(
      "after",
      `
The formats:
  .safetensors  "features" [images, size], with "labels" where folders name classes; the paths are in the metadata
  .npy          the features for numpy.load; the paths lie beside it in <name>.paths.json
  .json         [{ "path": ..., "label": ..., "features": [...] }, ...]

Examples:
  simclr embed runs/photos-20261124-093000 ./photos
  simclr embed runs/photos-20261124-093000 ./photos --output photos.npy`,
    )
    .action(async (runFolder: string, folder: string, { output }: { output: string }) => {
      const { count, size, skipped } = await embedFolder({ runFolder, folder, output });
      const left = skipped.length > 0 ? `; ${skipped.length} could not be decoded and are left out` : "";
      process.stdout.write(`${output}: ${count} images, ${size} numbers each${left}\n`);
    });
}
