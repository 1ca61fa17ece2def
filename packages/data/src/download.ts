import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { invalidArgument, simclrError } from "./errors.js";

export interface DownloadProgress {
  readonly receivedBytes: number;
  /** What the server says; undefined when it does not. */
  readonly totalBytes?: number;
}

export interface DownloadOptions {
  readonly url: string;
  /** Where the file shall be. */
  readonly path: string;
  /** The file's SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** How often an interrupted transfer is taken up again before it is an error. Default 3. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}

/**
 * Downloads a file whose content is known beforehand; does nothing where the file is there already.
 *
 * What has arrived lies in `<path>.part`. An interrupted download goes on from there, by a `Range` request, also in a later
 * call; a server that does not know such requests sends all again. Only a file with the right SHA-256 gets its name; one
 * with another is removed.
 *
 * @throws SIMCLR_ERROR__DATA__DOWNLOAD_FAILED without network, or when the server refuses; it says what to put where by hand
 * @throws SIMCLR_ERROR__DATA__DOWNLOAD_DIFFERS when the file, or one that was there, has another hash
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts no-run
 * import { download } from "@simclr/data";
 * const sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";
 * await download({ url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", path: "cifar-10-binary.tar.gz", sha256 });
 * ```
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, path, sha256, attempts = 3 } = options;
  if (!URL.canParse(url)) throw invalidArgument("url", url, "a whole URL, https://...");
  if (!/^[0-9a-f]{64}$/i.test(sha256)) throw invalidArgument("sha256", sha256, "64 hexadecimal digits");
  if (!Number.isInteger(attempts) || attempts < 1) throw invalidArgument("attempts", attempts, "a positive integer");
  if ((await sizeOf(path)) !== undefined) return assertHash(options, path);
  const part = `${path}.part`;
  let cause: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      await mkdir(dirname(path), { recursive: true });
      await receive(options, part);
      await assertHash(options, part, { remove: true });
      await rename(part, path);
      return;
    } catch (error) {
      if (error instanceof Error && "code" in error && String(error.code).startsWith("SIMCLR_ERROR__")) throw error;
      cause = error;
      if (options.signal?.aborted) break;
    }
  }
  throw downloadFailed(url, path, (await sizeOf(part)) ?? 0, cause);
}

async function receive({ url, onProgress, signal }: DownloadOptions, part: string): Promise<void> {
  const have = (await sizeOf(part)) ?? 0;
  const headers = { "accept-encoding": "identity", ...(have > 0 && { range: `bytes=${have}-` }) };
  const response = await fetch(url, { headers, ...(signal && { signal }) });
  // What is there is all there is, or more: the hash tells which.
  if (response.status === 416 && have > 0) return response.body?.cancel();
  if (!response.ok || !response.body) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  let receivedBytes = response.status === 206 ? have : 0;
  const rest = Number(response.headers.get("content-length") ?? Number.NaN);
  const total = Number.isFinite(rest) ? { totalBytes: receivedBytes + rest } : {};
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length;
      onProgress?.({ receivedBytes, ...total });
      done(null, chunk);
    },
  });
  const file = createWriteStream(part, { flags: response.status === 206 ? "a" : "w" });
  await pipeline(Readable.fromWeb(response.body as never), count, file);
}

async function assertHash(
  { url, path, sha256 }: DownloadOptions,
  file: string,
  { remove = false } = {},
): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const received = hash.digest("hex");
  if (received === sha256.toLowerCase()) return;
  if (remove) await rm(file);
  throw simclrError(
    "SIMCLR_ERROR__DATA__DOWNLOAD_DIFFERS",
    { url, path, expected: sha256, received },
    {
      expected: `${file} to have the SHA-256 ${sha256}`,
      received,
      remedy: remove ? "It was removed; download again." : "Remove the file, and it is downloaded again.",
    },
  );
}

/** What the system says when there is no way to the host, or no such name. */
const noNetwork: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ENETDOWN"]);

function downloadFailed(url: string, path: string, receivedBytes: number, cause: unknown) {
  // fetch's own message is always "fetch failed"; why, its cause says.
  const inner = cause instanceof Error ? (cause.cause as NodeJS.ErrnoException | undefined) : undefined;
  const { code, message } = inner ?? (cause as NodeJS.ErrnoException);
  const reason = `${noNetwork.has(code) ? "no network, or no such host: " : ""}${message || code}`;
  return simclrError(
    "SIMCLR_ERROR__DATA__DOWNLOAD_FAILED",
    { url, path, receivedBytes },
    {
      expected: `${new URL(url).host} to send all of ${url}`,
      received: `${receivedBytes} bytes, then: ${reason}`,
      remedy: `Without a network, download ${url} elsewhere and put it at ${path}; with one, call again: it goes on where it stopped.`,
    },
    cause,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
