import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

// Every entry of a package's `exports` that names a source file is built; nothing is listed twice.
const { exports, bin } = JSON.parse(readFileSync("package.json", "utf8"));
const entry = Object.values(exports).flatMap((target) => target["@simclr/source"] ?? []);

export default defineConfig({
  entry: bin ? [...entry, "src/main.ts"] : entry,
  format: "esm",
  target: "node20",
  platform: "neutral",
  // The declarations of the other packages are read as built, not from their sources.
  dts: { compilerOptions: { customConditions: [] } },
  external: [/^node:/, "vitest"],
  // `import "./errors.js"` brings a package's error codes into its declarations; there is nothing in it to run.
  esbuildOptions: (options) => {
    options.logOverride = { "ignored-bare-import": "silent" };
  },
  sourcemap: true,
  clean: true,
});
