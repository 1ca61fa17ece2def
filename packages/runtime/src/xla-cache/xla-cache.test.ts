import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { tidyEntries } from "./tidy-entries.js";
import { enableXlaCache, xlaCacheKey } from "./xla-cache.js";

const scratch = mkdtempSync(join(tmpdir(), "simclr-xla-cache-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("the folder of the cache", () => {
  const library = join(scratch, "library.so");
  writeFileSync(library, "12345");
  const installation = { version: "2.21.0", libraries: { framework: library, c: library } };
  const key = (changes: Partial<{ version: string; config: Uint8Array; environment: NodeJS.ProcessEnv }>) =>
    xlaCacheKey(
      { ...installation, ...(changes.version && { version: changes.version }) },
      changes.config ?? Uint8Array.of(),
      changes.environment ?? {},
    );

  it("is another for another version, other settings, other flags", () => {
    const keys = [
      key({}),
      key({ version: "2.22.0" }),
      key({ config: Uint8Array.of(16, 2) }),
      key({ environment: { XLA_FLAGS: "--xla_cpu_enable_fast_math=true" } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key({})).toBe(keys[0]);
    expect(keys[0]).toMatch(/^2\.21\.0-[0-9a-f]{16}$/);
  });

  it("goes beside the user's flags, and gives way to the user's cache", () => {
    const own: NodeJS.ProcessEnv = { XDG_CACHE_HOME: scratch, TF_XLA_FLAGS: "--tf_xla_cpu_global_jit" };
    expect(enableXlaCache(installation, Uint8Array.of(), own)).toBe(true);
    expect(own.TF_XLA_FLAGS).toMatch(
      /^--tf_xla_cpu_global_jit --tf_xla_persistent_cache_directory=\S+\/simclr\/xla\/2/,
    );
    for (const flags of ["--tf_xla_persistent_cache_directory=/mine", "/etc/xla-flags"]) {
      const environment: NodeJS.ProcessEnv = { XDG_CACHE_HOME: scratch, TF_XLA_FLAGS: flags };
      expect(enableXlaCache(installation, Uint8Array.of(), environment)).toBe(false);
      expect(environment.TF_XLA_FLAGS).toBe(flags);
    }
  });

  it("is none where there can be none", () => {
    const environment: NodeJS.ProcessEnv = { XDG_CACHE_HOME: library };
    expect(enableXlaCache(installation, Uint8Array.of(), environment)).toBe(false);
    expect(environment.TF_XLA_FLAGS).toBeUndefined();
  });
});

describe("tidyEntries", () => {
  /** A message of fields 1 and 3, each so long. */
  const entry = (length: number) =>
    Buffer.concat([Buffer.of(10, 3, 1, 2, 3, 26, (length & 127) | 128, length >> 7), Buffer.alloc(length)]);

  it("removes entries that are cut off, and the oldest beyond a size", () => {
    const folder = join(scratch, "entries");
    mkdirSync(folder);
    const days = 24 * 60 * 60;
    const write = (name: string, bytes: Uint8Array, age: number) => {
      writeFileSync(join(folder, name), bytes);
      utimesSync(join(folder, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
    };
    write("new.pb", entry(1000), 1);
    write("middle.pb", entry(1000), 2);
    write("old.pb", entry(1000), 3);
    write("cut.pb", entry(1000).subarray(0, 600), 0);
    write("cut-in-head.pb", entry(1000).subarray(0, 6), 0);
    write("empty.pb", Buffer.of(), 0);
    write("text.pb", Buffer.from("key { }"), 0);
    write("being-written.pb-host-1.tmp", entry(1000).subarray(0, 20), 1);
    write("left.pb-host-2.tmp", entry(1000).subarray(0, 20), 2 * days);
    tidyEntries(folder, 2500);
    expect(readdirSync(folder).sort()).toEqual(["being-written.pb-host-1.tmp", "middle.pb", "new.pb"]);
  });
});

// As built: a program is taken from the cache by another process than the one that put it there.
describe("the next process", () => {
  let libraries: string;
  beforeAll(async () => {
    libraries = (await useTensorFlow()).directory;
  });
  const program = (settings: object) => `
    const { compile, useTensorFlow } = await import(${JSON.stringify(fileURLToPath(new URL("../../dist/index.js", import.meta.url)))});
    const tf = await import("@tensorflow/tfjs-core");
    await useTensorFlow(${JSON.stringify(settings)});
    const product = compile((x) => tf.relu(tf.matMul(x, tf.sub(x, 2))), { xla: true, name: "product" });
    console.log([...product(tf.tensor2d([[1, 2], [3, 4]])).dataSync()].join());
    process.exit(0);
  `;
  const run = (cache: string, settings: object = {}) =>
    promisify(execFile)(process.execPath, ["--input-type=module", "-e", program(settings)], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: {
        ...process.env,
        SIMCLR_TENSORFLOW: libraries,
        XDG_CACHE_HOME: cache,
        TF_XLA_FLAGS: "",
        TF_CPP_MIN_LOG_LEVEL: undefined,
      },
    });
  const entriesIn = (cache: string) => {
    const [folder = ""] = readdirSync(join(cache, "simclr", "xla"));
    return readdirSync(join(cache, "simclr", "xla", folder)).map((name) => join(cache, "simclr", "xla", folder, name));
  };

  it("takes the program from the cache, and one that was cut off is compiled anew", async () => {
    const cache = join(scratch, "cache");
    expect((await run(cache)).stdout).toBe("1,4,1,8\n");
    const [entry = "", ...others] = entriesIn(cache);
    expect(others).toEqual([]);
    const written = readFileSync(entry);
    const { ino } = statSync(entry);
    const again = await run(cache);
    expect(again).toEqual({ stdout: "1,4,1,8\n", stderr: "" });
    // The same file: an entry that had been made again would have been renamed into its place.
    expect(statSync(entry).ino).toBe(ino);
    writeFileSync(entry, written.subarray(0, 400));
    expect((await run(cache)).stdout).toBe("1,4,1,8\n");
    expect(statSync(entry).size).toBe(written.length);
  });

  it("has no cache where xlaCache is false", async () => {
    const cache = join(scratch, "none");
    mkdirSync(cache);
    expect((await run(cache, { xlaCache: false })).stdout).toBe("1,4,1,8\n");
    expect(readdirSync(cache)).toEqual([]);
  });

  it("may start beside others", async () => {
    const cache = join(scratch, "several");
    const all = await Promise.all([run(cache), run(cache), run(cache)]);
    for (const { stdout } of all) expect(stdout).toBe("1,4,1,8\n");
    expect(entriesIn(cache).length).toBe(1);
  });
});
