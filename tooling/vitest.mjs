import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { tfjsNodeFromSource } from "./tfjs-node.mjs";

// One process for a package's tests: TensorFlow starts once, and the two cores are left to it.
export default defineConfig({
  plugins: [tfjsNodeFromSource],
  resolve: { conditions: ["@simclr/source", "module", "node", "default"] },
  ssr: { resolve: { conditions: ["@simclr/source", "module", "node", "default"] } },
  test: {
    globalSetup: fileURLToPath(new URL("./scratch-folder.mjs", import.meta.url)),
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 1,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    passWithNoTests: false,
  },
});
