import { arch, cpus, platform } from "node:os";
import type { Report } from "../report/report.js";

/** What a measurement was made on. */
export function machine(): Report["machine"] {
  const cores = cpus();
  return {
    node: process.versions.node,
    platform: `${platform()} ${arch()}`,
    cpu: cores[0]?.model.trim() || "unknown processor",
    cores: cores.length,
  };
}
