import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SimclrErrorCode } from "@simclr/core";
import { describe, expect, it } from "vitest";
import { pretendPython, type TinyTensorFlow, tinyTensorFlow } from "./fixtures/tiny-tensorflow.js";
import type { ProvisionProgress } from "./progress.js";
import { type ProvisionOptions, provision } from "./provision.js";

type Overrides = Partial<ProvisionOptions> & { readonly python?: string; readonly seen?: ProvisionProgress[] };

function run(tiny: TinyTensorFlow, { python, seen = [], ...options }: Overrides = {}) {
  return provision({
    tensorflow: tiny.tensorflow,
    environment: { ...tiny.environment, ...(python !== undefined && { SIMCLR_PYTHON: python }) },
    onProgress: (progress) => seen.push(progress),
    ...options,
  });
}

/** Runs a provisioning that must fail with a code, and leave no installation and no staging behind. */
async function expectRefusal(tiny: TinyTensorFlow, code: SimclrErrorCode, overrides: Overrides = {}): Promise<string> {
  const error = await run(tiny, overrides).then(
    () => undefined,
    (thrown) => thrown as Error & { code: string },
  );
  expect(error).toMatchObject({ name: "SimclrError", code });
  const left = existsSync(tiny.cache) ? readdirSync(tiny.cache) : [];
  expect(left.filter((name) => name !== "wheels")).toEqual([]);
  return error?.message ?? "";
}

const pretend = (tiny: TinyTensorFlow, pip: string | undefined) =>
  pretendPython(join(dirname(tiny.wheelFile), "bin"), pip);
/** A pip that needs no second to start. */
const quickPython = (tiny: TinyTensorFlow) => pretend(tiny, `cp "${tiny.wheelFile}" "$DEST"`);
const noPython = "/nowhere/python3";

describe("provision, with the real pip", () => {
  it("keeps the files that the lock names, as they are in the wheel", async () => {
    const tiny = await tinyTensorFlow();
    const { directory, version, kind, libraries, origin } = await run(tiny);
    expect({ version, kind, origin }).toEqual({ version: "2.21.0", kind: "cpu", origin: "cache" });
    expect(readFileSync(libraries.framework, "utf8")).toBe("framework".repeat(100));
    expect(readFileSync(libraries.c, "utf8")).toBe("c".repeat(200));
    expect(readdirSync(directory).sort()).toEqual(["libc.so", "libframework.so"]);
    expect(statSync(join(directory, "../nvidia/cuda_nvcc/bin/ptxas")).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(tiny.cache, "wheels"))).toEqual([]);
  });

  it("needs neither Python nor a network once cached", async () => {
    const tiny = await tinyTensorFlow();
    const first = await run(tiny);
    rmSync(dirname(tiny.wheelFile), { recursive: true });
    expect(await run(tiny, { python: noPython })).toEqual(first);
  });

  it("refuses a wheel with another hash", async () => {
    const tiny = await tinyTensorFlow();
    writeFileSync(tiny.wheelFile, Buffer.concat([readFileSync(tiny.wheelFile), Buffer.from("x")]));
    const message = await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__HASH_MISMATCH");
    expect(message).toContain(tiny.tensorflow.wheels[0]?.sha256);
  });

  it("says when the index has not the wheel", async () => {
    const tiny = await tinyTensorFlow();
    rmSync(tiny.wheelFile);
    await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__WHEEL_NOT_FOUND");
  });

  it("says when there is no network", async () => {
    const tiny = await tinyTensorFlow();
    const { PIP_NO_INDEX: _, PIP_FIND_LINKS: __, ...environment } = tiny.environment;
    const unreachable = { ...environment, PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_RETRIES: "1" };
    await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__NETWORK_UNREACHABLE", { environment: unreachable });
  });
});

describe("provision, when something is missing", () => {
  it("names the Python that was looked for", async () => {
    const tiny = await tinyTensorFlow();
    const message = await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__PYTHON_MISSING", { python: noPython });
    expect(message).toContain(noPython);
  });

  it("names the Python that has no pip", async () => {
    const tiny = await tinyTensorFlow();
    const python = pretend(tiny, undefined);
    expect(await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__PIP_MISSING", { python })).toContain(python);
  });

  it("does not begin when the disk is too small", async () => {
    const tiny = await tinyTensorFlow();
    const tensorflow = { ...tiny.tensorflow, unpackedBytes: 2 ** 60 };
    await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__DISK_FULL", { tensorflow, python: noPython });
  });

  it("says when the disk becomes full while pip works", async () => {
    const tiny = await tinyTensorFlow();
    const pip = "echo 'ERROR: Could not install: [Errno 28] No space left on device' >&2; exit 1";
    const python = pretend(tiny, pip);
    await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__DISK_FULL", { python });
  });

  it("says when the cache cannot be written", async () => {
    const tiny = await tinyTensorFlow();
    const environment = { ...tiny.environment, XDG_CACHE_HOME: tiny.wheelFile };
    await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__CACHE_UNWRITABLE", { environment });
  });

  it("does not believe a pip that claims success", async () => {
    const tiny = await tinyTensorFlow();
    const python = pretend(tiny, `head -c 100 "${tiny.wheelFile}" > "$DEST/$(basename "${tiny.wheelFile}")"`);
    await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__DOWNLOAD_FAILED", { python });
  });

  it("refuses a wheel without the libraries", async () => {
    const tiny = await tinyTensorFlow();
    const tensorflow = { ...tiny.tensorflow, libraries: { ...tiny.tensorflow.libraries, c: "tensorflow/other.so" } };
    expect(await expectRefusal(tiny, "SIMCLR_ERROR__RUNTIME__WHEEL_INCOMPLETE", { tensorflow })).toContain("other.so");
  });
});

describe("provision, after an interruption", () => {
  it("goes on from a wheel that was downloaded whole", async () => {
    const tiny = await tinyTensorFlow();
    mkdirSync(join(tiny.cache, "wheels"), { recursive: true });
    const kept = join(tiny.cache, "wheels", tiny.tensorflow.wheels[0]?.fileName as string);
    writeFileSync(kept, readFileSync(tiny.wheelFile));
    const { libraries } = await run(tiny, { python: noPython });
    expect(readFileSync(libraries.c, "utf8")).toBe("c".repeat(200));
  });

  it("downloads a truncated wheel again, and sweeps up what a killed process left", async () => {
    const tiny = await tinyTensorFlow();
    mkdirSync(join(tiny.cache, "staging-of-a-killed-process", "whole"), { recursive: true });
    mkdirSync(join(tiny.cache, "wheels"));
    writeFileSync(join(tiny.cache, "wheels", tiny.tensorflow.wheels[0]?.fileName as string), "PK");
    await run(tiny, { python: quickPython(tiny) });
    expect(readdirSync(tiny.cache).filter((name) => name.startsWith("staging"))).toEqual([]);
  });

  it.each([
    ["a truncated library", (directory: string) => writeFileSync(join(directory, "libc.so"), "c")],
    ["a missing library", (directory: string) => rmSync(join(directory, "libframework.so"))],
    ["a missing manifest", (directory: string) => rmSync(join(directory, "../manifest.json"))],
    ["half a manifest", (directory: string) => writeFileSync(join(directory, "../manifest.json"), '{"wheels":')],
  ])("notices and mends %s", async (_, damage) => {
    const tiny = await tinyTensorFlow();
    const python = quickPython(tiny);
    const { directory, libraries } = await run(tiny, { python });
    damage(directory);
    const seen: ProvisionProgress[] = [];
    await run(tiny, { seen, python });
    expect(seen[0]?.phase).toBe("mend");
    expect(readFileSync(libraries.framework, "utf8")).toBe("framework".repeat(100));
    expect(readFileSync(libraries.c, "utf8")).toBe("c".repeat(200));
    const again: ProvisionProgress[] = [];
    await run(tiny, { seen: again, python: noPython });
    expect(again).toEqual([]);
  });

  it("does not wait for the lock of a process that is gone", async () => {
    const tiny = await tinyTensorFlow();
    const lock = join(tiny.cache, "provisioning.lock");
    mkdirSync(lock, { recursive: true });
    utimesSync(lock, new Date(0), new Date(0));
    await run(tiny, { python: quickPython(tiny) });
    expect(existsSync(lock)).toBe(false);
  });
});

describe("provision, called by many at once", () => {
  it("downloads once", async () => {
    const tiny = await tinyTensorFlow();
    const calls = join(dirname(tiny.wheelFile), "calls");
    const python = pretend(tiny, `echo call >> "${calls}"; sleep 0.5; cp "${tiny.wheelFile}" "$DEST"`);
    const seen: ProvisionProgress[] = [];
    const results = await Promise.all([1, 2, 3].map(() => run(tiny, { python, seen })));
    expect(readFileSync(calls, "utf8")).toBe("call\n");
    expect(seen.filter(({ phase }) => phase === "wait")).toHaveLength(2);
    expect(new Set(results.map(({ directory }) => directory)).size).toBe(1);
  });
});
