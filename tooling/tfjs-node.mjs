// The runtime carries the JavaScript half of @tensorflow/tfjs-node-gpu inside itself. In its build this is an esbuild
// plugin; in tests, which run from source, the one file that imports it is bundled by the same plugin.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build } from "esbuild";

const entry = /[\\/]runtime[\\/]src[\\/]backend[\\/]tfjs-node\.ts$/;

const shims = {
  // The union package would bring the layers API and three more backends. Its compiled-to-ES5 subclass calls
  // KernelBackend as a function, which a class of the ES module build of tfjs-core refuses.
  "@tensorflow/tfjs": `
    import * as tf from "@tensorflow/tfjs-core";
    export * from "@tensorflow/tfjs-core";
    export function KernelBackend() {}
    KernelBackend.prototype = tf.KernelBackend.prototype;`,
  // Node 23 removed both.
  util: `
    export const isNullOrUndefined = (value) => value === null || value === undefined;
    export const isArray = Array.isArray;`,
  os: 'export { endianness } from "node:os";',
  // Protocol buffers of TensorBoard's histogram summaries, which the runtime does not offer.
  "./proto/api_pb": "export {};",
};

/** For esbuild and tsup. */
export const tfjsNodePlugin = {
  name: "tfjs-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(@tensorflow\/tfjs(-core)?|util|os|\.\/proto\/api_pb)$/ }, ({ path, importer }) => {
      if (!/tfjs-node-gpu[\\/]dist/.test(importer)) return undefined;
      const shim = path.replace("tfjs-core", "tfjs");
      return { path: shim, namespace: "tfjs-node-shim", pluginData: dirname(importer) };
    });
    onLoad({ filter: /.*/, namespace: "tfjs-node-shim" }, ({ path, pluginData }) => ({
      contents: shims[path],
      resolveDir: pluginData,
    }));
    // Only the gradients are bundled out of tfjs-core; its engine and registries are the user's own copy's.
    onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** For Vite and Vitest. */
export const tfjsNodeFromSource = {
  name: "tfjs-node-from-source",
  enforce: "pre",
  async load(id) {
    const path = id.split("?")[0];
    if (!entry.test(path)) return undefined;
    const { outputFiles } = await build({
      stdin: { contents: await readFile(path, "utf8"), resolveDir: dirname(path), loader: "ts", sourcefile: path },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      plugins: [tfjsNodePlugin],
    });
    return outputFiles[0].text;
  },
};
