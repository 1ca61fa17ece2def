import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Installation } from "../provisioning/installation.js";
import { nvidiaDriverEvidence } from "../provisioning/platform.js";
import { runProgram } from "../provisioning/python.js";
import { type DoctorCheck, note, ok, problem } from "./check.js";

/** The libraries that TensorFlow 2.21 loads for a GPU, by the names it asks the loader for. */
export const cudaLibraries = [
  "libcudart.so.12",
  "libcublas.so.12",
  "libcublasLt.so.12",
  "libcufft.so.11",
  "libcusolver.so.11",
  "libcusparse.so.12",
  "libcudnn.so.9",
  "libcupti.so.12",
  "libnccl.so.2",
] as const;

export async function checkNvidia(
  environment: NodeJS.ProcessEnv,
  installation: Installation | undefined,
): Promise<DoctorCheck[]> {
  const evidence = nvidiaDriverEvidence(environment);
  if (evidence === undefined) return [note("NVIDIA driver", "none; TensorFlow uses the CPU")];
  const query = ["--query-gpu=name,memory.total,driver_version,compute_cap", "--format=csv,noheader"];
  const { code, output } = await runProgram(["nvidia-smi"], query, environment);
  const driver = ok("NVIDIA driver", evidence);
  if (code !== 0) {
    const remedy = "Run nvidia-smi and follow what it says. In a container, start it with --gpus all.";
    return [driver, problem("GPUs", `nvidia-smi fails: ${output.trim().split("\n").at(-1) ?? ""}`, remedy)];
  }
  const gpus = output.trim().split("\n").filter(Boolean);
  return [driver, ...gpus.map((gpu, i) => ok(`GPU ${i}`, gpu)), await checkCudaLibraries(environment, installation)];
}

/** Which of CUDA's libraries the loader would find for an installation. */
export async function checkCudaLibraries(
  environment: NodeJS.ProcessEnv,
  installation: Installation | undefined,
): Promise<DoctorCheck> {
  const beside = installation === undefined ? [] : nvidiaFolders(join(installation.directory, "..", "nvidia"));
  const folders = [...beside, ...(environment.LD_LIBRARY_PATH ?? "").split(delimiter), "/usr/local/cuda/lib64"];
  const { output: known } = await runProgram(["/sbin/ldconfig"], ["-p"], environment);
  const isFound = (name: string) =>
    folders.some((folder) => folder !== "" && existsSync(join(folder, name))) || known.includes(`\t${name} `);
  const found = cudaLibraries.filter(isFound);
  const missing = cudaLibraries.filter((name) => !isFound(name));
  if (missing.length === 0) return ok("CUDA libraries", `all: ${found.join(", ")}`);
  return problem(
    "CUDA libraries",
    `missing: ${missing.join(", ")}; found: ${found.join(", ") || "none"}`,
    "Unset SIMCLR_TENSORFLOW to let the libraries be downloaded with TensorFlow, or install " +
      "tensorflow[and-cuda] where it points.",
  );
}

function nvidiaFolders(root: string): string[] {
  return existsSync(root) ? readdirSync(root).map((part) => join(root, part, "lib")) : [];
}
