import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
import yauzl from "yauzl";
import { type DownloadOptions, download } from "./download.js";
import { invalidArgument, simclrError } from "./errors.js";

/** Each from its makers' own site, with the hash that other libraries' downloads are held to. */
const sources = {
  cifar10: {
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    folder: "cifar-10-batches-bin",
  },
  cifar100: {
    url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    folder: "cifar-100-binary",
  },
  stl10: {
    url: "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
    sha256: "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866",
    folder: "stl10_binary",
  },
  tinyImagenet: {
    url: "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
    sha256: "6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821",
    folder: "tiny-imagenet-200",
  },
} as const;

export type DownloadableDataset = keyof typeof sources;

export interface DownloadDatasetOptions
  extends Pick<DownloadOptions, "onProgress" | "signal">,
    Partial<Pick<DownloadOptions, "url" | "sha256">> {}

/**
 * Downloads a dataset's archive from its makers' site into a folder and unpacks it there; does nothing where it lies
 * unpacked. CIFAR has 170 MB, Tiny ImageNet 248 MB, STL-10 2.6 GB. The archive is removed afterwards.
 *
 * @param options `url` and `sha256` for a copy elsewhere
 * @returns the folder to give to `cifar10`, `cifar100`, `stl10` or `tinyImagenet`
 * @throws SIMCLR_ERROR__DATA__DOWNLOAD_FAILED, SIMCLR_ERROR__DATA__DOWNLOAD_DIFFERS, SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @throws SIMCLR_ERROR__DATA__UNPACKING_FAILED when the disk is full, or a copy from elsewhere holds other files
 * @example
 * ```ts no-run
 * import { cifar10, downloadDataset } from "@simclr/data";
 * const train = await cifar10(await downloadDataset("cifar10", "data"));
 * ```
 */
export async function downloadDataset(
  name: DownloadableDataset,
  folder: string,
  options: DownloadDatasetOptions = {},
): Promise<string> {
  if (!Object.hasOwn(sources, name)) throw invalidArgument("name", name, Object.keys(sources).join(", "));
  const source = { ...sources[name], ...options };
  const target = join(folder, sources[name].folder);
  if (await stat(target).catch(() => undefined)) return target;
  const archive = join(folder, new URL(sources[name].url).pathname.split("/").at(-1) as string);
  await download({ ...source, path: archive });
  const unfinished = await mkdtemp(join(folder, ".unpacking-")).catch((cause) => {
    throw unpackingFailed(archive, folder, cause);
  });
  try {
    await (archive.endsWith(".zip") ? unzip(archive, unfinished) : extract({ file: archive, cwd: unfinished }));
    await rename(join(unfinished, sources[name].folder), target);
    await rm(archive);
  } catch (cause) {
    throw unpackingFailed(archive, folder, cause);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return target;
}

/** yauzl refuses paths that lead out of the folder, and entries of another size than stated. */
async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await yauzl.openPromise(archive, { autoClose: false, lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      const path = join(folder, entry.fileName);
      await mkdir(entry.fileName.endsWith("/") ? path : dirname(path), { recursive: true });
      if (!entry.fileName.endsWith("/"))
        await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
    }
  } finally {
    zip.close();
  }
}

function unpackingFailed(path: string, folder: string, cause: unknown) {
  return simclrError(
    "SIMCLR_ERROR__DATA__UNPACKING_FAILED",
    { path, folder },
    {
      expected: `${path} to be unpacked into ${folder}`,
      received: cause instanceof Error ? cause.message : String(cause),
      remedy:
        "Make room on the disk and call again: the archive is kept. A copy from elsewhere has to hold the same files.",
    },
    cause,
  );
}
