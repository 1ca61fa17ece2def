import { attempt, type DoctorCheck } from "./check.js";
import { checkCache, checkHardware, checkNode, checkPlatform } from "./machine.js";
import { checkNvidia } from "./nvidia.js";
import { checkInstallation, checkPython, checkXla } from "./tensorflow.js";

/** What the doctor found. Plain data. */
export interface DoctorReport {
  /** Whether no check is a problem. */
  readonly isHealthy: boolean;
  readonly checks: readonly DoctorCheck[];
}

/**
 * Looks at everything that the runtime depends on: Node.js, the machine, Python, TensorFlow's libraries byte by byte,
 * the NVIDIA driver and CUDA's libraries, and a function compiled by XLA. Downloads nothing and never throws; takes
 * some seconds.
 *
 * @example
 * ```ts
 * import { doctor, formatDoctorReport } from "@simclr/runtime";
 * const report = await doctor({ startTensorFlow: false });
 * console.log(formatDoctorReport(report));
 * ```
 */
export async function doctor({
  environment = process.env,
  startTensorFlow = true,
}: {
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether to start TensorFlow in this process, which XLA's check needs. Default: true. */
  readonly startTensorFlow?: boolean;
} = {}): Promise<DoctorReport> {
  const machine = await attempt("machine", async () => [checkNode(), checkPlatform(), ...checkHardware()]);
  const cache = await attempt("cache", () => checkCache(environment));
  const python = await attempt("Python", () => checkPython(environment));
  let found: Awaited<ReturnType<typeof checkInstallation>> = { checks: [] };
  const installation = await attempt("libtensorflow", async () => {
    found = await checkInstallation(environment);
    return found.checks;
  });
  const nvidia = await attempt("NVIDIA", () => checkNvidia(environment, found.installation));
  // A processor that TensorFlow cannot run on would end the process.
  const canStart = startTensorFlow && found.installation && !machine.some(({ status }) => status === "problem");
  const xla = canStart ? await attempt("TensorFlow starts", checkXla) : [];
  const checks = [...machine, ...cache, ...python, ...installation, ...nvidia, ...xla];
  return { isHealthy: checks.every(({ status }) => status !== "problem"), checks };
}

const signs = { ok: "ok     ", note: "note   ", problem: "PROBLEM" } as const;

/** The report for people: a line for each check, and below a problem what to do. */
export function formatDoctorReport({ isHealthy, checks }: DoctorReport): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, value, remedy }) => [
    `${signs[status]}  ${name.padEnd(width)}  ${value}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(width + 11)}${remedy}`]),
  ]);
  const problems = checks.filter(({ status }) => status === "problem").length;
  const verdict = isHealthy ? "All is well." : `${problems} ${problems === 1 ? "problem" : "problems"}.`;
  return [...lines, verdict].join("\n");
}
