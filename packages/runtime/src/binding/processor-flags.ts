import { readFileSync } from "node:fs";

// Linux alone, since it is the one platform on x64 that has a TensorFlow here: macOS is supported on arm64, which has no AVX to tell of.
let known: ReadonlySet<string> | undefined;

/** What the kernel says that an x64 processor can do (`avx2`, `avx512f`), from Linux's /proc/cpuinfo, read once; empty elsewhere. */
export function processorFlags(): ReadonlySet<string> {
  const isTold = process.arch === "x64" && process.platform === "linux";
  known ??= flagsOf(isTold ? readFileSync("/proc/cpuinfo", "utf8") : "");
  return known;
}

export function flagsOf(cpuinfo: string): ReadonlySet<string> {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim();
  return new Set(flags?.split(/\s+/));
}
