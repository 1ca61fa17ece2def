import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { Advice } from "./advice.js";

type BackendName = "webgpu" | "webgl" | "wasm";

export interface UsableBackend {
  readonly name: BackendName;
  readonly title: string;
}

// Its threads load code that a page of this content security policy does not let in.
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);

// The page's own files, not those of a content delivery network.
setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": simd,
});

/**
 * The backends that this browser can run, the fastest first: WebGPU, WebGL, WASM. One that draws on the processor in place of
 * a graphics card comes last, since WASM is faster.
 */
export async function usableBackends(): Promise<UsableBackend[]> {
  const found = [await webGpu(), webGl(), { name: "wasm", title: "WASM", isSoftware: false } as const];
  return found
    .filter((backend) => backend !== undefined)
    .sort((a, b) => Number(a.isSoftware) - Number(b.isSoftware))
    .map(({ name, title, isSoftware }) => ({ name, title: isSoftware ? `${title}, in software` : title }));
}

/** Makes a backend the one that runs everything; tensors of the one before stay there, and are of no more use. */
export async function useBackend({ name, title }: UsableBackend): Promise<void> {
  const works = await tf.setBackend(name).catch(() => false);
  if (!works) throw new Advice(`${title} does not start in this browser. Choose another under "Runs on".`);
  await tf.ready();
}

interface GpuAdapter {
  readonly info?: { readonly isFallbackAdapter?: boolean };
}

async function webGpu() {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return undefined;
  return { name: "webgpu", title: "WebGPU", isSoftware: adapter.info?.isFallbackAdapter ?? false } as const;
}

function webGl() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return undefined;
  const debug = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(context.getParameter(debug?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  return { name: "webgl", title: "WebGL", isSoftware: /swiftshader|llvmpipe|software/i.test(renderer) } as const;
}
