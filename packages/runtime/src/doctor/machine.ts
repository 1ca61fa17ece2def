import { mkdir, statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { processorFlags } from "../binding/processor-flags.js";
import { cacheDirectory } from "../provisioning/cache-directory.js";
import { glibcVersion } from "../provisioning/platform.js";
import { megabytes } from "../provisioning/progress.js";
import { type DoctorCheck, note, ok, problem } from "./check.js";

const oldestNode = [20, 12] as const;

export function checkNode(version: string = process.versions.node): DoctorCheck {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return isNewEnough
    ? ok("Node.js", version)
    : problem("Node.js", version, `Install ${oldestNode.join(".")} or newer.`);
}

export function checkPlatform(): DoctorCheck {
  const glibc = process.platform === "linux" ? glibcVersion() : undefined;
  return ok("platform", `${process.platform} ${process.arch}${glibc ? `, glibc ${glibc}` : ""}`);
}

export function checkHardware(): DoctorCheck[] {
  const cores = availableParallelism();
  return [
    ok("processor", `${cpus()[0]?.model.trim() || process.arch}, ${cores} ${cores === 1 ? "core" : "cores"}`),
    process.arch === "x64" && process.platform === "linux"
      ? checkVectorUnits(processorFlags())
      : note("vector units", `those of ${process.arch}`),
    ok("memory", `${megabytes(totalmem())}, ${megabytes(freemem())} free`),
  ];
}

const vectorUnits = [
  ["AVX2", "avx2"],
  ["FMA", "fma"],
  ["AVX-512", "avx512f"],
  ["bfloat16 (AVX-512)", "avx512_bf16"],
  ["bfloat16 (AMX)", "amx_bf16"],
] as const;

/** What an x64 processor computes many numbers at once with. */
export function checkVectorUnits(flags: ReadonlySet<string>): DoctorCheck {
  if (!flags.has("avx")) {
    return problem(
      "vector units",
      "no AVX",
      "TensorFlow's wheels need AVX. Use another machine, or give the virtual machine its host's processor model.",
    );
  }
  const has = vectorUnits.filter(([, flag]) => flags.has(flag)).map(([name]) => name);
  const lacks = vectorUnits.filter(([, flag]) => !flags.has(flag)).map(([name]) => name);
  return ok("vector units", `${["AVX", ...has].join(", ")}${lacks.length > 0 ? `; without ${lacks.join(", ")}` : ""}`);
}

export async function checkCache(environment: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  const directory = cacheDirectory(environment);
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  return [ok("cache", `${directory}, ${megabytes(bavail * bsize)} free`)];
}
