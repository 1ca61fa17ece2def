import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { loadCApi } from "./c-api.js";

it("refuses a library that is not TensorFlow's, and one that is no library", () => {
  const libc = "/lib/x86_64-linux-gnu/libc.so.6";
  const notALibrary = new URL(import.meta.url).pathname;
  for (const path of [existsSync(libc) ? libc : notALibrary, notALibrary]) {
    expect(() => loadCApi({ framework: path, c: path })).toThrow(
      /SIMCLR_ERROR__RUNTIME__LIBRARY_NOT_LOADED.*doctor\(\)/,
    );
  }
});
