import { readFileSync } from "node:fs";

/** What the kernel says that an x64 processor can do (`avx2`, `avx512f`), from Linux's /proc/cpuinfo; empty elsewhere. */
export function processorFlags(): ReadonlySet<string> {
  const isKnown = process.arch === "x64" && process.platform === "linux";
  return flagsOf(isKnown ? readFileSync("/proc/cpuinfo", "utf8") : "");
}

export function flagsOf(cpuinfo: string): ReadonlySet<string> {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim();
  return new Set(flags?.split(/\s+/));
}
