import * as tf from "@tensorflow/tfjs-core";
import { Binding } from "../binding/binding.js";
import { openNative } from "../binding/native.js";
import { setTensorFloat32 } from "../binding/tensor-float-32.js";
import { registerKernels } from "../kernels/register.js";
import { provision } from "../provisioning/provision.js";
import { configProto } from "../settings/config-proto.js";
import type { Settings } from "../settings/settings.js";
import { enableXlaCache } from "../xla-cache/xla-cache.js";
import { backendName, createBackend, type TensorFlowBackend } from "./backend.js";

export interface Runtime {
  /** `"tensorflow"`. */
  readonly backendName: string;
  /** TensorFlow's own version, `"2.21.0"`. */
  readonly version: string;
  /** Where the libraries lie. */
  readonly directory: string;
  readonly kind: "cpu" | "cuda";
  /** TensorFlow's name of the GPU that tensors live on; undefined where they live in the host's memory. */
  readonly gpu: string | undefined;
  /** The tensors in TensorFlow's memory: flat over the steps of a loop that leaks nothing. */
  nativeTensorCount(): number;
}

// TensorFlow is one per process; so is the runtime, however many copies of this module there are.
const key = Symbol.for("@simclr/runtime");
const shared = globalThis as { [key]?: Promise<Runtime> };

/**
 * Makes TensorFlow the current backend of TensorFlow.js: provisions its libraries if they are not there, loads them,
 * registers the backend `"tensorflow"` with its kernels and all gradients.
 *
 * TensorFlow starts once in a process. Later calls return the same runtime, and make it current again; settings count
 * in the first call alone.
 *
 * @throws what {@link provision} throws
 * @throws SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN
 * @throws SIMCLR_ERROR__RUNTIME__SETTING_INVALID
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { useTensorFlow } from "@simclr/runtime";
 * const { version } = await useTensorFlow();
 * console.log(version, (await tf.add(1, 2).data())[0]);
 * ```
 */
export async function useTensorFlow(settings: Settings = {}): Promise<Runtime> {
  const config = configProto(settings);
  shared[key] ??= start(config, settings).catch((error: unknown) => {
    delete shared[key];
    throw error;
  });
  const runtime = await shared[key];
  tf.setBackend(backendName);
  return runtime;
}

async function start(
  config: Uint8Array,
  { device, xlaCache, tensorFloat32, winograd = true }: Settings,
): Promise<Runtime> {
  const installation = await provision(device === "cpu" ? { kind: "cpu" } : {});
  const { directory, kind, libraries } = installation;
  if ((xlaCache ?? kind === "cpu") && enableXlaCache(installation, config)) {
    // TensorFlow takes an entry for text before it reads it as bytes, and calls that an error on standard error.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  }
  const native = openNative(libraries, config);
  if (tensorFloat32 !== undefined) setTensorFloat32(libraries, tensorFloat32);
  const backend: TensorFlowBackend = await createBackend(new Binding(native));
  registerKernels({ winograd });
  tf.registerBackend(backendName, () => backend, 3);
  const { version, gpu } = native;
  return { backendName, version, directory, kind, gpu, nativeTensorCount: () => backend.getNumOfTFTensors() };
}
