import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { linuxCpu, linuxCuda, macosArm64 } from "./lock.js";
import { chooseTensorFlow, nvidiaDriverEvidence, type Platform } from "./platform.js";

const linux: Platform = { platform: "linux", architecture: "x64", libc: "glibc", hasNvidiaDriver: false };
const mac: Platform = { ...linux, platform: "darwin", architecture: "arm64" };

describe("chooseTensorFlow", () => {
  it.each([
    ["Linux", linux, undefined, linuxCpu],
    ["Linux with an NVIDIA driver", { ...linux, hasNvidiaDriver: true }, undefined, linuxCuda],
    ["Linux with a driver, for the CPU", { ...linux, hasNvidiaDriver: true }, "cpu", linuxCpu],
    ["Linux without a driver, for CUDA", linux, "cuda", linuxCuda],
    ["macOS on Apple silicon", mac, undefined, macosArm64],
  ] as const)("%s", (_, platform, kind, expected) => {
    expect(chooseTensorFlow(platform, kind)).toBe(expected);
  });

  it.each([
    ["Windows", { ...linux, platform: "win32" }, undefined, "win32 on x64"],
    ["Linux on ARM", { ...linux, architecture: "arm64" }, undefined, "linux on arm64"],
    ["Alpine", { ...linux, libc: "other" }, undefined, "without glibc"],
    ["macOS on Intel", { ...mac, architecture: "x64" }, undefined, "darwin on x64"],
    ["CUDA on macOS", mac, "cuda", "for cuda"],
  ] as const)("refuses %s and names SIMCLR_TENSORFLOW", (_, platform, kind, received) => {
    expect(() => chooseTensorFlow(platform, kind)).toThrow(received);
    expect(() => chooseTensorFlow(platform, kind)).toThrow("Set SIMCLR_TENSORFLOW");
  });
});

describe("the lock", () => {
  const wheels = [linuxCpu, linuxCuda, macosArm64].flatMap((tensorflow) => tensorflow.wheels);

  it("names every wheel once, with a hash of its own", () => {
    expect(new Set(wheels.map(({ fileName }) => fileName)).size).toBe(wheels.length);
    expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
    for (const { sha256 } of wheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("keeps libraries, programs and licences, and nothing else", () => {
    const keeps = (path: string) => linuxCuda.wheels.some(({ keep }) => keep.test(path));
    for (const library of Object.values(linuxCuda.libraries)) expect(keeps(library)).toBe(true);
    for (const library of Object.values(macosArm64.libraries))
      expect(macosArm64.wheels[0]?.keep.test(library)).toBe(true);
    expect(keeps("nvidia/cudnn/lib/libcudnn_ops.so.9")).toBe(true);
    expect(keeps("nvidia/cuda_nvcc/bin/ptxas")).toBe(true);
    expect(keeps("nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc")).toBe(true);
    expect(keeps("nvidia_nccl_cu12-2.27.7.dist-info/licenses/License.txt")).toBe(true);
    expect(keeps("nvidia/cuda_runtime/lib/libcudart_static.a")).toBe(false);
    expect(keeps("nvidia/cudnn/include/cudnn.h")).toBe(false);
    expect(keeps("tensorflow/python/_pywrap_tensorflow_internal.so")).toBe(false);
    expect(keeps("tensorflow/libtensorflow_cc.so.2/../../evil")).toBe(false);
  });
});

describe("nvidiaDriverEvidence", () => {
  it.runIf(process.platform === "linux")("finds the driver's library and its program where they are looked for", () => {
    const folder = mkdtempSync(join(tmpdir(), "simclr-driver-"));
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "lib", "libcuda.so.1"), "");
    expect(nvidiaDriverEvidence({ LD_LIBRARY_PATH: join(folder, "lib"), PATH: "" })).toMatch(/libcuda\.so\.1|\/proc/);
    writeFileSync(join(folder, "nvidia-smi"), "");
    expect(nvidiaDriverEvidence({ PATH: folder })).toBeDefined();
  });
});
