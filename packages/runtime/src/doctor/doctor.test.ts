import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { flagsOf } from "../binding/processor-flags.js";
import { provision } from "../provisioning/provision.js";
import { doctor, formatDoctorReport } from "./doctor.js";
import { checkNode, checkVectorUnits } from "./machine.js";
import { checkCudaLibraries, cudaLibraries } from "./nvidia.js";

const emptyCache = () => ({ PATH: process.env.PATH, XDG_CACHE_HOME: mkdtempSync(join(tmpdir(), "simclr-doctor-")) });

describe("doctor", () => {
  it("verifies this machine's TensorFlow and compiles with XLA", async () => {
    const { version } = await provision();
    const { isHealthy, checks } = await doctor();
    const values = Object.fromEntries(checks.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({ "Node.js": process.versions.node, XLA: "compiles and computes" });
    expect(values.libtensorflow).toContain(version);
    expect(isHealthy).toBe(checks.every(({ status }) => status !== "problem"));
  });

  it("is plain data", async () => {
    const report = await doctor({ environment: emptyCache() });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("says what would be downloaded where there is no TensorFlow, and does not download it", async () => {
    const { checks } = await doctor({ environment: { ...emptyCache(), SIMCLR_PYTHON: "/nowhere/python3" } });
    const named = (wanted: string) => checks.find(({ name }) => name === wanted);
    expect(named("libtensorflow")).toMatchObject({ status: "note", value: expect.stringContaining("at first use") });
    expect(named("Python")?.value).toContain("none");
    expect(named("XLA")).toBeUndefined();
  });

  it("reports an installation that is none, with what to do, and does not throw", async () => {
    const environment = { ...emptyCache(), SIMCLR_TENSORFLOW: "/nowhere" };
    const report = await doctor({ environment });
    expect(report.isHealthy).toBe(false);
    expect(formatDoctorReport(report)).toMatch(/PROBLEM {2}libtensorflow .*\n.*INSTALLATION_INVALID/);
    expect(formatDoctorReport(report)).toMatch(/1 problem\.$/);
  });
});

describe("checkVectorUnits", () => {
  it("names what the processor has and lacks", () => {
    const { status, value } = checkVectorUnits(flagsOf("model name: x\nflags\t\t: fpu avx avx2 fma avx512f\n"));
    expect(status).toBe("ok");
    expect(value).toBe("AVX, AVX2, FMA, AVX-512; without bfloat16 (AVX-512), bfloat16 (AMX)");
  });

  it("refuses a processor that TensorFlow's wheels cannot run on", () => {
    expect(checkVectorUnits(flagsOf("flags : fpu sse4_2\n")).status).toBe("problem");
  });
});

describe("checkNode", () => {
  it.each([
    ["20.11.1", "problem"],
    ["20.12.0", "ok"],
    ["22.0.0", "ok"],
    ["18.20.0", "problem"],
  ])("%s: %s", (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

describe("checkCudaLibraries", () => {
  it("names the libraries that are found beside TensorFlow and those that are missing", async () => {
    const root = mkdtempSync(join(tmpdir(), "simclr-cuda-"));
    const folder = join(root, "nvidia", "cudnn", "lib");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "libcudnn.so.9"), "");
    const directory = join(root, "tensorflow");
    const libraries = { framework: "", c: "" };
    const installation = { directory, version: "2.21.0", kind: "cuda", libraries, origin: "named" } as const;
    const environment = { PATH: "" };
    const some = await checkCudaLibraries(environment, installation);
    expect(some.value).toMatch(/^missing: .*; found: .*libcudnn\.so\.9/);
    for (const name of cudaLibraries) writeFileSync(join(folder, name), "");
    expect(await checkCudaLibraries(environment, installation)).toMatchObject({ status: "ok" });
  });
});
