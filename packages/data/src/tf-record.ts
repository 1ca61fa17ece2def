import { crc32c } from "@aws-crypto/crc32c";
import protobuf from "protobufjs/light.js";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidArgument, invalidShard } from "./errors.js";
import { withRanges } from "./read-range.js";
import { type ShardImage, shardImages } from "./shard-images.js";
import { shardPaths } from "./shard-paths.js";

export interface TfRecordOptions extends DecodingOptions {
  /** The feature that holds the image file. Default `"image/encoded"`. */
  readonly imageKey?: string;
  /** The feature that holds the label; records may be without it, all of them. Default `"image/class/label"`. */
  readonly labelKey?: string;
  /** The first class's number in the file: 1 in the ImageNet records of TensorFlow's scripts. Default 0. */
  readonly firstLabel?: number;
  readonly classNames?: readonly string[];
}

// tensorflow/core/example/feature.proto
const { root } = protobuf.Root.fromJSON({
  nested: {
    Example: { fields: { features: { type: "Features", id: 1 } } },
    // A map travels as its entries.
    Features: { fields: { feature: { rule: "repeated", type: "Entry", id: 1 } } },
    Entry: { fields: { key: { type: "string", id: 1 }, value: { type: "Feature", id: 2 } } },
    Feature: {
      oneofs: { kind: { oneof: ["bytesList", "int64List"] } },
      fields: { bytesList: { type: "BytesList", id: 1 }, int64List: { type: "Int64List", id: 3 } },
    },
    BytesList: { fields: { value: { rule: "repeated", type: "bytes", id: 1 } } },
    Int64List: { fields: { value: { rule: "repeated", type: "int64", id: 1 } } },
  },
});
const Example = root.lookupType("Example");

interface Feature {
  readonly bytesList?: { readonly value: readonly Uint8Array[] };
  readonly int64List?: { readonly value: readonly (number | { toString(): string })[] };
}

interface ExampleMessage {
  readonly features?: { readonly feature: readonly { readonly key: string; readonly value?: Feature }[] };
}

/**
 * Images in TFRecord files of `tf.train.Example`, as TensorFlow's scripts write ImageNet.
 *
 * Opening reads every record once, checks both of its checksums, and keeps where each image lies and its label; from then
 * on any image is read alone.
 *
 * @param paths a file, `train-{00000..01023}-of-01024.tfrecord`, a folder of files ending in `.tfrecord`, or a list of these
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD for a record that is damaged, ends early or has no image, and labels for some
 *   images only
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NO_SHARDS, SIMCLR_ERROR__DATA__UNREADABLE,
 *   SIMCLR_ERROR__DATA__PACKAGE_MISSING, SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: as {@link imageFolder}
 * @see tensorflow/core/lib/io/record_writer.h, tensorflow/core/example/example.proto
 * @example
 * ```ts no-run
 * import { tfRecord } from "@simclr/data";
 * const train = await tfRecord("imagenet/train-{00000..01023}-of-01024", { imageSize: [320, 320], firstLabel: 1 });
 * ```
 */
export async function tfRecord(paths: string | readonly string[], options: TfRecordOptions): Promise<DecodedDataset> {
  assertDecodingOptions(options);
  const { imageKey = "image/encoded", labelKey = "image/class/label", firstLabel = 0, classNames } = options;
  if (!Number.isInteger(firstLabel)) throw invalidArgument("firstLabel", firstLabel, "an integer");
  const images: ShardImage[] = [];
  for (const shard of await shardPaths(paths, ".tfrecord")) {
    const before = images.length;
    await eachRecord(shard, (record, start) => {
      const name = `record ${images.length - before}`;
      const feature = decodeExample(shard, name, record);
      const encoded = feature.get(imageKey)?.bytesList?.value[0];
      if (!encoded) throw invalidShard(shard, `an image at "${imageKey}" in every record`, `none in ${name}`);
      const number = feature.get(labelKey)?.int64List?.value[0];
      const label = number === undefined ? undefined : Number(number) - firstLabel;
      // protobufjs gives views into what it decodes.
      images.push({
        shard,
        name,
        start: start + encoded.byteOffset - record.byteOffset,
        length: encoded.length,
        label,
      });
    });
    if (images.length === before) throw invalidShard(shard, "at least one record", "an empty file");
  }
  return decodedDataset(shardImages(images, classNames), options);
}

/** uint64 length | uint32 masked crc of length | bytes | uint32 masked crc of bytes, little-endian */
async function eachRecord(shard: string, use: (record: Buffer, start: number) => void): Promise<void> {
  await withRanges(shard, async (file) => {
    let position = 0;
    while (position < file.size) {
      const head = await file.read(position, 12);
      if (head.readUInt32LE(8) !== maskedCrc(head.subarray(0, 8))) {
        throw invalidShard(shard, "TFRecord's checksums", `another one for the length at byte ${position}`);
      }
      const length = Number(head.readBigUInt64LE(0));
      const record = await file.read(position + 12, length + 4);
      const body = record.subarray(0, length);
      if (record.readUInt32LE(length) !== maskedCrc(body)) {
        throw invalidShard(shard, "TFRecord's checksums", `another one for the record at byte ${position}`);
      }
      use(body, position + 12);
      position += 12 + length + 4;
    }
  });
}

function decodeExample(shard: string, name: string, record: Uint8Array): Map<string, Feature | undefined> {
  try {
    const { features } = Example.decode(record) as ExampleMessage;
    return new Map(features?.feature.map(({ key, value }) => [key, value]));
  } catch (cause) {
    throw invalidShard(shard, "a tf.train.Example in every record", `something else in ${name}`, cause);
  }
}

/** The CRC-32C, rotated and shifted so that the checksum of data that holds checksums stays a good one. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
