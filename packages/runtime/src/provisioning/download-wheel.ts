import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type SimclrError, simclrError } from "@simclr/core";
import "./errors.js";
import { diskFull } from "./disk-space.js";
import type { LockedWheel } from "./lock.js";
import { sha256Of } from "./manifest.js";
import type { OnProvisionProgress } from "./progress.js";
import { type Python, runProgram } from "./python.js";

/**
 * Brings one wheel into a directory, unless it is there whole. pip does it, so that the user's mirrors, proxies and
 * certificates are used; the hash decides what is accepted.
 *
 * @param staging an empty directory on the same file system; pip works in it
 * @throws SIMCLR_ERROR__RUNTIME__HASH_MISMATCH
 * @throws SIMCLR_ERROR__RUNTIME__NETWORK_UNREACHABLE
 * @throws SIMCLR_ERROR__RUNTIME__WHEEL_NOT_FOUND
 * @throws SIMCLR_ERROR__RUNTIME__DISK_FULL
 * @throws SIMCLR_ERROR__RUNTIME__DOWNLOAD_FAILED
 */
export async function downloadWheel(
  wheel: LockedWheel,
  directory: string,
  staging: string,
  python: () => Promise<Python>,
  environment: NodeJS.ProcessEnv,
  onProgress: OnProvisionProgress,
): Promise<string> {
  const target = join(directory, wheel.fileName);
  if (await isWhole(target, wheel)) return target;
  await rm(target, { force: true });

  const requirements = join(staging, "requirements.txt");
  await writeFile(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const report = (doneBytes: number) =>
    onProgress({ phase: "download", what: `${wheel.name} ${wheel.version}`, doneBytes, totalBytes: wheel.bytes });
  report(0);
  const timer = setInterval(async () => report(Math.min(await largestFile(staging), wheel.bytes - 1)), 500);
  const { code, output } = await runProgram(
    await python(),
    ["-m", "pip", "download", ...pipArguments(wheel, requirements, staging)],
    // pip unpacks into TMPDIR, which is often a small disk; and the download needs no virtual environment.
    { ...environment, TMPDIR: staging, PIP_REQUIRE_VIRTUALENV: "0" },
  ).finally(() => clearInterval(timer));
  const downloaded = join(staging, wheel.fileName);
  if (code !== 0) throw downloadError(wheel, output, staging);
  if (!(await isWhole(downloaded, wheel))) throw downloadError(wheel, `${output}\npip wrote another file`, staging);
  await rename(downloaded, target);
  report(wheel.bytes);
  return target;
}

function pipArguments(wheel: LockedWheel, requirements: string, staging: string): string[] {
  return [
    ...["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", requirements, "--dest", staging],
    ...["--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--platform", wheel.platformTag],
    ...["--no-input", "--disable-pip-version-check", "--progress-bar", "off"],
  ];
}

async function isWhole(file: string, wheel: LockedWheel): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.size === wheel.bytes && (await sha256Of(file)) === wheel.sha256;
}

async function largestFile(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        (stats) => (stats.isFile() ? stats.size : 0),
        () => 0,
      ),
    ),
  );
  return Math.max(0, ...sizes);
}

const networkTroubles =
  /Retrying \(|Max retries exceeded|NewConnectionError|name resolution|ReadTimeout|ConnectionError|ProxyError|SSLError|Network is unreachable/i;

function downloadError(wheel: LockedWheel, output: string, staging: string): SimclrError {
  const what = `${wheel.name} ${wheel.version}`;
  const context = { wheel: wheel.fileName, output: output.trim().slice(-2000) };
  const lastLine = context.output.split("\n").findLast((line) => line.trim() !== "") ?? "nothing";
  if (/No space left on device|Errno 28/i.test(output)) return diskFull(staging, wheel.bytes * 2);
  if (/DO NOT MATCH THE HASHES/i.test(output)) {
    return simclrError(
      "SIMCLR_ERROR__RUNTIME__HASH_MISMATCH",
      { wheel: wheel.fileName, sha256: wheel.sha256 },
      {
        expected: `${wheel.fileName} with the SHA-256 ${wheel.sha256}`,
        received: `a file with another hash${/Got\s+(\w+)/.exec(output)?.[1]?.replace(/^/, ", ") ?? ""}`,
        remedy:
          "Nothing was installed. Empty pip's cache (python3 -m pip cache purge) and try again; if it stays so, the " +
          "mirror or proxy that pip is configured with changes files: ask its operator.",
      },
    );
  }
  if (networkTroubles.test(output)) {
    return simclrError("SIMCLR_ERROR__RUNTIME__NETWORK_UNREACHABLE", context, {
      expected: `pip to download ${what}`,
      received: `no connection (${lastLine.trim()})`,
      remedy:
        "Check the network, and pip's index-url and proxy (python3 -m pip config list). Without a network: copy the " +
        "cache directory of another machine, or set SIMCLR_TENSORFLOW to an installation of TensorFlow.",
    });
  }
  if (/No matching distribution|Could not find a version/i.test(output)) {
    return simclrError("SIMCLR_ERROR__RUNTIME__WHEEL_NOT_FOUND", context, {
      expected: `pip's package index to have ${wheel.fileName}`,
      received: "an index without it",
      remedy:
        "The index that pip is configured with (python3 -m pip config list) is no full mirror: set PIP_INDEX_URL to one " +
        "that is, or SIMCLR_TENSORFLOW to an installation of TensorFlow.",
    });
  }
  return simclrError("SIMCLR_ERROR__RUNTIME__DOWNLOAD_FAILED", context, {
    expected: `pip to download ${what}`,
    received: `a failure (${lastLine.trim()})`,
    remedy: "The error's context.output holds what pip said.",
  });
}
