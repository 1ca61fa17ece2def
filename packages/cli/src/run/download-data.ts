import { join, resolve } from "node:path";
import { type DownloadProgress, downloadDataset } from "@simclr/data";
import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";
import type { Progress } from "../terminal/progress.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { downloadableDatasets, isDatasetName } from "./dataset-folder.js";

export interface DownloadDataOptions {
  /** `cifar10`, `cifar100`, `stl10` or `tiny-imagenet`. */
  readonly name: string;
  /** Where to put it. Default: `data`, where commands look for it. */
  readonly folder?: string | undefined;
  /** A copy elsewhere. Default: the makers' site. */
  readonly url?: string | undefined;
  /** Of a copy with another hash than the makers' archive, 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
  readonly terminal?: Terminal;
  /** Stops; what has arrived is kept. */
  readonly signal?: AbortSignal;
}

const megabyte = 1e6;

/**
 * `simclr download` as a function: fetches a dataset's archive with a progress bar, goes on where it was interrupted, checks
 * its hash and unpacks it.
 *
 * @returns the folder that it lies in
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_DATASET, and the errors of `downloadDataset` of @simclr/data
 */
export async function downloadData({ name, folder = "data", ...options }: DownloadDataOptions): Promise<string> {
  const { url, sha256, terminal = openTerminal(), signal } = options;
  if (!isDatasetName(name)) throw unknownDataset(name);
  let bar: Progress | undefined;
  const onProgress = ({ receivedBytes, totalBytes }: DownloadProgress) => {
    const [received, total] = [receivedBytes, totalBytes ?? receivedBytes].map((bytes) => Math.floor(bytes / megabyte));
    bar ??= terminal.progress({ title: "Downloading, MB:", total: total as number, start: received as number });
    bar.update(received as number, { text: `${received} of ${totalBytes ? total : "?"} MB` });
    if (receivedBytes === totalBytes) terminal.print("Checking and unpacking.");
  };
  try {
    return await downloadDataset(downloadableDatasets[name].download, resolve(folder), {
      onProgress,
      ...(url !== undefined && { url }),
      ...(sha256 !== undefined && { sha256 }),
      ...(signal && { signal }),
    });
  } finally {
    bar?.stop();
  }
}

function unknownDataset(name: string) {
  const known = Object.keys(downloadableDatasets);
  const near = nearest(name, known);
  return simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_DATASET",
    { name, known, ...(near && { nearest: near }) },
    {
      expected: `one of ${known.join(", ")}`,
      received: name,
      remedy: near
        ? `Did you mean "${near}"?`
        : `Others have to be fetched by hand, for instance into ${join("data", name)}; \`simclr pretrain --help\` says what can be read.`,
    },
  );
}
