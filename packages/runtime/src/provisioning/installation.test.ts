import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { provision } from "./provision.js";

function directoryWith(...files: string[]): string {
  const root = mkdtempSync(join(tmpdir(), "simclr-installation-"));
  for (const file of files) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  return root;
}

const named = (directory: string) => provision({ environment: { SIMCLR_TENSORFLOW: directory } });
const pythonPackage = ["tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"];

describe("an installation named by SIMCLR_TENSORFLOW", () => {
  it("may be Python's site-packages, or the package in it", async () => {
    const root = directoryWith(...pythonPackage, "tensorflow_cpu-2.20.1.dist-info/METADATA");
    const expected = {
      directory: join(root, "tensorflow"),
      version: "2.20.1",
      kind: "cpu",
      libraries: { framework: join(root, pythonPackage[1] as string), c: join(root, pythonPackage[0] as string) },
      origin: "named",
    };
    expect(await named(root)).toEqual(expected);
    expect(await named(join(root, "tensorflow"))).toEqual(expected);
  });

  it("has CUDA when CUDA's libraries lie beside it", async () => {
    const cuda = "nvidia/cuda_runtime/lib/libcudart.so.12";
    expect((await named(directoryWith(...pythonPackage, cuda, "tensorflow-2.21.0.dist-info/METADATA"))).kind).toBe(
      "cuda",
    );
    expect((await named(directoryWith(...pythonPackage, cuda, "tensorflow_cpu-2.21.0.dist-info/METADATA"))).kind).toBe(
      "cpu",
    );
  });

  it("may be the C library's archive, of an unknown version", async () => {
    const root = directoryWith("lib/libtensorflow.so.2", "lib/libtensorflow_framework.so.2");
    const { directory, version } = await named(root);
    expect({ directory, version }).toEqual({ directory: join(root, "lib"), version: "unknown" });
  });

  it("is refused by name when a library is missing", async () => {
    const root = directoryWith("libtensorflow_framework.so.2");
    await expect(named(root)).rejects.toMatchObject({
      code: "SIMCLR_ERROR__RUNTIME__INSTALLATION_INVALID",
      context: { directory: root, missing: ["libtensorflow_cc.so.2"] },
    });
    await expect(named("/nowhere/at/all")).rejects.toThrow("does not exist");
  });
});
