import { chalkStderr } from "chalk";
import { isSimclrError, type SimclrErrorCode } from "../errors.js";

/** What the command line itself was wrong about; everything else went wrong while running. */
const usageErrors: ReadonlySet<SimclrErrorCode> = new Set<SimclrErrorCode>([
  "SIMCLR_ERROR__CLI__UNKNOWN_RECIPE",
  "SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY",
  "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
  "SIMCLR_ERROR__CLI__RECIPE_FILE",
  "SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL",
  "SIMCLR_ERROR__CLI__UNKNOWN_EXPERIMENT",
  "SIMCLR_ERROR__CLI__INVALID_OPTION",
  "SIMCLR_ERROR__CLI__LABELS_MISSING",
  "SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND",
  "SIMCLR_ERROR__CLI__DATASET_NOT_FOUND",
  "SIMCLR_ERROR__CLI__AMBIGUOUS_DATA",
  "SIMCLR_ERROR__CLI__TOO_FEW_IMAGES",
  "SIMCLR_ERROR__CLI__RUN_EXISTS",
  "SIMCLR_ERROR__CLI__RUN_NOT_FOUND",
  "SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED",
  "SIMCLR_ERROR__CLI__UNKNOWN_DESCRIPTOR_KEY",
  "SIMCLR_ERROR__CLI__INVALID_DESCRIPTOR",
  "SIMCLR_ERROR__CLI__UNKNOWN_DATASET",
  "SIMCLR_ERROR__CLI__TRANSFER_FOLDER_MISSING",
  "SIMCLR_ERROR__CLI__TRANSFER_SPLIT_MISSING",
  "SIMCLR_ERROR__CLI__TRANSFER_LIST_INVALID",
  "SIMCLR_ERROR__CLI__TRANSFER_IMAGES_MISSING",
  "SIMCLR_ERROR__CLI__TRANSFER_CLASS_EMPTY",
  "SIMCLR_ERROR__CLI__TRANSFER_LABEL_UNKNOWN",
  "SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT",
  "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE",
  "SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX",
  "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH",
  "SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED",
  "SIMCLR_ERROR__DATA__PATH_MISSING",
  "SIMCLR_ERROR__DATA__NOT_A_FOLDER",
  "SIMCLR_ERROR__DATA__NO_IMAGES",
  "SIMCLR_ERROR__DATA__NO_SHARDS",
  "SIMCLR_ERROR__DATA__INVALID_SHARD",
  "SIMCLR_ERROR__DATA__INVALID_LABEL_LIST",
]);

/** The exit code for an error: 2 when the command line was wrong, 1 when something failed. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return isSimclrError(error) && usageErrors.has(error.code) ? 2 : 1;
}

/** An error for people: what is wrong and what to do, without a stack unless one is asked for. */
export function errorText(error: unknown, { verbose }: { verbose: boolean }): string {
  const title = chalkStderr.red("error:");
  const stack = verbose && error instanceof Error ? `\n${error.stack}` : "";
  const full = diskFull(error);
  if (full) return `${title} ${full}${stack}`;
  if (isSimclrError(error)) {
    const text = error.message.replace(`${error.code}: `, "");
    return `${title} ${text}\n${chalkStderr.dim(error.code)}${stack}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = verbose ? "" : "\nThis is a bug, or something nobody thought of. --verbose shows where it happened.";
  return `${title} ${message}${hint}${stack}`;
}

function diskFull(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return undefined;
  const where = path ? ` writing ${path}` : "";
  return `the disk is full${where}. Free some space, then go on from the last checkpoint with --resume; --run chooses a folder on another disk.`;
}
