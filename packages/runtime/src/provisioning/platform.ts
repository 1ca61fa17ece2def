import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { simclrError } from "@simclr/core";
import "./errors.js";
import { type LockedTensorFlow, linuxCpu, linuxCuda, macosArm64, type TensorFlowKind } from "./lock.js";

/** What decides which TensorFlow a machine gets. */
export interface Platform {
  readonly platform: string;
  readonly architecture: string;
  /** Linux's C library; TensorFlow's wheels need glibc 2.27 or newer. */
  readonly libc: "glibc" | "other";
  readonly hasNvidiaDriver: boolean;
}

/** The machine that this process runs on. */
export function thisPlatform(): Platform {
  return {
    platform: process.platform,
    architecture: process.arch,
    libc: process.platform !== "linux" || glibcVersion() ? "glibc" : "other",
    hasNvidiaDriver: nvidiaDriverEvidence() !== undefined,
  };
}

/** The version of the GNU C library, if this process runs on it. */
export function glibcVersion(): string | undefined {
  const report = process.report?.getReport() as unknown as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

const driverFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/nvidia/lib64",
  "/usr/lib/wsl/lib",
];

/** The file that shows that an NVIDIA driver is installed, if one does. */
export function nvidiaDriverEvidence(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (process.platform !== "linux") return undefined;
  const libraryFolders = [...(environment.LD_LIBRARY_PATH ?? "").split(delimiter), ...driverFolders].filter(Boolean);
  const programFolders = (environment.PATH ?? "").split(delimiter).filter(Boolean);
  const places = [
    "/proc/driver/nvidia/version",
    ...libraryFolders.map((folder) => join(folder, "libcuda.so.1")),
    ...programFolders.map((folder) => join(folder, "nvidia-smi")),
  ];
  return places.find((place) => existsSync(place));
}

/**
 * The TensorFlow for a machine: with CUDA where an NVIDIA driver is present, unless the CPU's is asked for.
 *
 * @throws SIMCLR_ERROR__RUNTIME__PLATFORM_UNSUPPORTED
 */
export function chooseTensorFlow(machine: Platform, kind?: TensorFlowKind): LockedTensorFlow {
  const { platform, architecture, libc, hasNvidiaDriver } = machine;
  if (platform === "linux" && architecture === "x64" && libc === "glibc") {
    return (kind ?? (hasNvidiaDriver ? "cuda" : "cpu")) === "cuda" ? linuxCuda : linuxCpu;
  }
  if (platform === "darwin" && architecture === "arm64" && kind !== "cuda") return macosArm64;
  const libcNote = platform === "linux" && libc === "other" ? " without glibc" : "";
  const kindNote = kind === undefined ? "" : ` for ${kind}`;
  throw simclrError(
    "SIMCLR_ERROR__RUNTIME__PLATFORM_UNSUPPORTED",
    { platform, architecture },
    {
      expected: "Linux on x64 with glibc, or macOS on arm64 (CPU only): TensorFlow publishes libraries for no others",
      received: `${platform} on ${architecture}${libcNote}${kindNote}`,
      remedy:
        "Set SIMCLR_TENSORFLOW to a directory with TensorFlow's libraries, or run in a container of Debian or Ubuntu " +
        "(Windows: in WSL 2). The library itself also runs on any other backend of TensorFlow.js.",
    },
  );
}
