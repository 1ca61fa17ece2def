import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import shared from "../vitest.mjs";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

export default defineConfig({
  ...shared,
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: {
    ...shared.resolve,
    // An example imports its own package by name, as its reader would.
    alias: [
      { find: /^@simclr\/([a-z]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@simclr\/([a-z]+)\/([a-z]+)$/, replacement: `${packages}$1/src/$2.ts` },
      { find: /^simclr$/, replacement: `${packages}cli/src/index.ts` },
    ],
  },
  test: {
    ...shared.test,
    include: ["**/documented/documented.test.ts"],
    setupFiles: [fileURLToPath(new URL("./setup.mjs", import.meta.url))],
  },
});
