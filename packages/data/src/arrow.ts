import { arrowFiles } from "./arrow-files.js";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { type ShardImage, shardImages } from "./shard-images.js";
import { shardPaths } from "./shard-paths.js";
import type { TableOptions } from "./table-columns.js";

export interface ArrowOptions extends DecodingOptions, TableOptions {}

/**
 * Tables of images in Arrow's IPC format, the stream or the file, as Hugging Face's `datasets` keeps them on the disk: a column
 * `{ bytes, path }`, or of plain bytes, and one of integer labels.
 *
 * Opening reads the labels and where each image lies; from then on any image is read alone. Of a folder that
 * `save_to_disk` wrote, the files are those that its `state.json` lists.
 *
 * @param paths a file, `data-{00000..00012}-of-00013.arrow`, a folder of files ending in `.arrow`, or a list of these
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD for a file that is no Arrow file, is compressed or ends early (a stream has to have
 *   its end mark), a column that is not there or of another type, an image that is a path alone, and labels for some images only
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NO_SHARDS, SIMCLR_ERROR__DATA__UNREADABLE,
 *   SIMCLR_ERROR__DATA__PACKAGE_MISSING, SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: as {@link imageFolder}
 * @see https://arrow.apache.org/docs/format/Columnar.html, "Serialization and Interprocess Communication";
 *   https://huggingface.co/docs/datasets, "Save", "Image"
 * @example
 * ```ts no-run
 * import { arrow } from "@simclr/data";
 * const train = await arrow("cifar10-on-disk/train", { imageSize: [32, 32] });
 * console.log(train.classNames);
 * ```
 */
export async function arrow(paths: string | readonly string[], options: ArrowOptions): Promise<DecodedDataset> {
  assertDecodingOptions(options);
  const files = await shardPaths(paths, ".arrow", arrowFiles);
  // Only here: the library takes longer to load than all else of this package.
  const { readArrowShard } = await import("./arrow-shard.js");
  const images: ShardImage[] = [];
  let { classNames } = options;
  for (const path of files) {
    const shard = await readArrowShard(path, options);
    classNames ??= shard.names;
    for (const image of shard.images) images.push(image);
  }
  return decodedDataset(shardImages(images, classNames), options);
}
