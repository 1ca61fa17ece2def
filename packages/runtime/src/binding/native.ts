import { type CApi, type Libraries, loadCApi } from "./c-api.js";
import { mapLargeBlocks } from "./map-large-blocks.js";
import { releaseLibraryPages } from "./release-library-pages.js";
import { Status } from "./status.js";

/** TensorFlow, loaded, with its one eager context. */
export interface Native {
  readonly api: CApi;
  readonly context: bigint;
  /** For calls on the JavaScript thread; calls on other threads bring their own. */
  readonly status: Status;
  readonly version: string;
  /** `/job:localhost/replica:0/task:0/device:GPU:0`; undefined where TensorFlow sees no GPU. */
  readonly gpu: string | undefined;
  /** The serialized tensorflow.ConfigProto that the context was made with, for sessions beside it. */
  readonly config: Uint8Array;
}

/**
 * Loads libtensorflow and makes the eager context.
 *
 * @param configProto a serialized tensorflow.ConfigProto: threads, GPU memory, devices
 */
export function openNative(libraries: Libraries, configProto: Uint8Array): Native {
  // TensorFlow greets on standard error. Its warnings and errors are still shown, unless XLA's cache is on.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "1";
  // Where TensorFlow has oneDNN it turns it on by itself only on processors with AVX512-VNNI; others gain as much. What is
  // wrong in it has a kernel of ours: strided-filter-gradient.ts, broadcast-matrix-product.ts.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  const api = loadCApi(libraries);
  mapLargeBlocks();
  const status = new Status(api);
  const options = api.TFE_NewContextOptions();
  api.TFE_ContextOptionsSetConfig(options, configProto, configProto.length, status.address);
  status.check("the settings");
  const context = api.TFE_NewContext(options, status.address);
  status.check("the start of TensorFlow");
  api.TFE_DeleteContextOptions(options);
  releaseLibraryPages(Object.values(libraries));
  const gpu = deviceNames(api, context, status).find((name) => name.includes("device:GPU:"));
  return { api, context, status, version: api.TF_Version(), gpu, config: configProto };
}

function deviceNames(api: CApi, context: bigint, status: Status): string[] {
  const list = api.TFE_ContextListDevices(context, status.address);
  status.check("the list of devices");
  const names = Array.from({ length: api.TF_DeviceListCount(list) }, (_, i) => {
    const name = api.TF_DeviceListName(list, i, status.address);
    status.check("the name of a device");
    return name;
  });
  api.TF_DeleteDeviceList(list);
  return names;
}
