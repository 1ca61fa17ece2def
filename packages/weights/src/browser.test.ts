import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("bundles for a browser: nothing of Node.js is behind it", async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("./browser.ts", import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    logLevel: "error",
    conditions: ["@simclr/source"],
    external: ["@tensorflow/tfjs-core"],
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect(new Set(imports)).toEqual(new Set(["@tensorflow/tfjs-core"]));
  expect(Object.keys(metafile.inputs).join("\n")).toContain("import-encoder.ts");
});
