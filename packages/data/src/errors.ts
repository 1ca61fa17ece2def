import { simclrError } from "@simclr/core";

export { invalidArgument, simclrError } from "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__DATA__PATH_MISSING: { path: string; nearest?: string };
    SIMCLR_ERROR__DATA__NOT_A_FOLDER: { path: string };
    SIMCLR_ERROR__DATA__UNREADABLE: { path: string };
    SIMCLR_ERROR__DATA__NO_IMAGES: { path: string; extensions: string[]; otherFileCount: number };
    SIMCLR_ERROR__DATA__NO_CLASSES: { path: string; classNames: string[]; imageOutsideFolders?: string };
    SIMCLR_ERROR__DATA__CORRUPT_IMAGE: { path: string; reason: string };
    SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT: { imageCount: number };
    SIMCLR_ERROR__DATA__INVALID_CIFAR_FILE: { path: string };
    SIMCLR_ERROR__DATA__INVALID_STL10_FILE: { path: string };
    SIMCLR_ERROR__DATA__INVALID_LABEL_LIST: { path: string; line: number };
    SIMCLR_ERROR__DATA__INVALID_SHARD: { path: string; reason: string };
    SIMCLR_ERROR__DATA__NO_SHARDS: { pattern: string };
    SIMCLR_ERROR__DATA__DOWNLOAD_FAILED: { url: string; path: string; receivedBytes: number };
    SIMCLR_ERROR__DATA__DOWNLOAD_DIFFERS: { url: string; path: string; expected: string; received: string };
    /** An archive with the right hash that cannot be unpacked, or not here. */
    SIMCLR_ERROR__DATA__UNPACKING_FAILED: { path: string; folder: string };
    SIMCLR_ERROR__DATA__PACKAGE_MISSING: { packageName: string };
    SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE: { index: number; length: number };
    SIMCLR_ERROR__DATA__BATCH_TOO_LARGE: { batchSize: number; length: number };
    SIMCLR_ERROR__DATA__LABELS_MISSING: { length: number };
    SIMCLR_ERROR__DATA__CLASS_WITHOUT_IMAGES: { label: number; className?: string };
    SIMCLR_ERROR__DATA__TOO_FEW_LABELS: { fraction: number; total: number; classCount: number };
    SIMCLR_ERROR__DATA__NAMES_NOT_FOUND: { list: string; count: number; first: string[] };
  }
}

/** The system would not let a file or folder be read: permissions, a lost disk; not a matter of its content. */
export function unreadable(path: string, cause: unknown) {
  return simclrError(
    "SIMCLR_ERROR__DATA__UNREADABLE",
    { path },
    {
      expected: `${path} to be readable`,
      received: cause instanceof Error ? cause.message : String(cause),
      remedy: "Check its permissions, and that the disk is still there.",
    },
    cause,
  );
}

/** There is no image that could stand in for a corrupt one. */
export function allImagesCorrupt(imageCount: number) {
  return simclrError(
    "SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT",
    { imageCount },
    {
      expected: "at least one image that can be decoded",
      received: imageCount === 1 ? "one image, which is corrupt" : `${imageCount} images, all of them corrupt`,
      remedy: 'onCorrupt: "refuse" shows what is wrong with the first of them.',
    },
  );
}

/** A package that this function needs is not installed. */
export function packageMissing(packageName: string, purpose: string, cause: unknown) {
  return simclrError(
    "SIMCLR_ERROR__DATA__PACKAGE_MISSING",
    { packageName },
    {
      expected: `the package "${packageName}", ${purpose}`,
      received: cause instanceof Error ? (cause.message.split("\n")[0] as string) : String(cause),
      remedy: `Install it: npm install ${packageName}`,
    },
    cause,
  );
}

/** A folder in which nothing is an image. */
export function noImages(
  path: string,
  extensions: string[],
  { otherFileCount, hiddenCount }: { otherFileCount: number; hiddenCount: number },
) {
  return simclrError(
    "SIMCLR_ERROR__DATA__NO_IMAGES",
    { path, extensions, otherFileCount },
    {
      expected: `images (${extensions.join(" ")}) in ${path} or below`,
      received: `none, ${otherFileCount} other files, ${hiddenCount} hidden ones`,
      remedy: "Check the folder; imageFolder takes other endings in its option extensions.",
    },
  );
}

/** A shard that breaks the rules of its format, or ends too early. */
export function invalidShard(path: string, expected: string, reason: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__DATA__INVALID_SHARD",
    { path, reason },
    {
      expected: `${path} to have ${expected}`,
      received: reason,
      remedy: "Copy or write the shard again, whole; a part of a download ends too early.",
    },
    cause,
  );
}
