import { tfjsNodePlugin } from "@simclr/tooling/tfjs-node";
import shared from "@simclr/tooling/tsup";
import { defineConfig } from "tsup";

export default defineConfig({
  ...shared,
  platform: "node",
  noExternal: [/^@tensorflow\/tfjs-node-gpu/, /^@tensorflow\/tfjs-core/],
  esbuildPlugins: [tfjsNodePlugin],
});
