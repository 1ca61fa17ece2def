import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  // A built page works from any folder of any server.
  base: "./",
  resolve: {
    // Here in the repository the packages' sources are taken, so that nothing has to be built first; npm's have none to take.
    conditions: ["@simclr/source", ...defaultClientConditions],
    // One engine holds the tensors of all packages.
    dedupe: ["@tensorflow/tfjs-core"],
  },
  build: { chunkSizeWarningLimit: 2000 },
});
