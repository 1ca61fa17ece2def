import type { GraphOutput } from "../binding/c-api.js";
import { DataType } from "../binding/data-types.js";
import type { Native } from "../binding/native.js";
import { type Graph, outputsInMemory } from "../compile/graph.js";
import { type NodeTiming, nodeTimings } from "./step-stats.js";

export interface RecordedGraph {
  readonly graph: Graph;
  readonly inputs: readonly GraphOutput[];
  readonly outputs: readonly GraphOutput[];
}

export interface TracedRun {
  /** Handles; the caller owns them. */
  readonly outputs: BigUint64Array;
  readonly timings: readonly NodeTiming[];
}

// RunOptions: trace_level = 1, FULL_TRACE is 3
const fullTrace = Uint8Array.of(8, 3);

/**
 * Runs a graph in a session of its own, once as it is, in which TensorFlow optimizes it, and once with the time of every
 * node noted. The eager API, which runs a compiled function otherwise, notes none.
 */
export function runTraced(
  native: Native,
  { graph, inputs, outputs }: RecordedGraph,
  handles: BigUint64Array,
  timed: <T>(run: () => T) => T,
): TracedRun {
  const { api, status, config } = native;
  const options = api.TF_NewSessionOptions();
  api.TF_SetConfig(options, config, config.length, status.address);
  const session = api.TF_NewSession(graph.address, options, status.address);
  api.TF_DeleteSessionOptions(options);
  status.check("the session of a profile");
  const runOptions = api.TF_NewBufferFromString(fullTrace, fullTrace.length);
  const metadata = api.TF_NewBuffer();
  const tensors: bigint[] = [];
  const run = (traced: boolean): BigUint64Array => {
    const results = new BigUint64Array(outputs.length);
    api.TF_SessionRun(
      ...([session, traced ? runOptions : null, outputsInMemory(inputs)] as const),
      ...([BigUint64Array.from(tensors), tensors.length, outputsInMemory(outputs), results, results.length] as const),
      ...([null, 0, traced ? metadata : null, status.address] as const),
    );
    status.check("the run of a profile");
    return results;
  };
  try {
    for (const handle of handles) {
      tensors.push(api.TFE_TensorHandleResolve(handle, status.address));
      status.check("the input of a profile");
    }
    for (const tensor of run(false)) api.TF_DeleteTensor(tensor);
    const results = timed(() => run(true));
    return {
      outputs: results.map((tensor) => handleOf(native, tensor)),
      timings: nodeTimings(bytesOf(native, metadata)),
    };
  } finally {
    for (const tensor of tensors) if (tensor) api.TF_DeleteTensor(tensor);
    api.TF_DeleteBuffer(runOptions);
    api.TF_DeleteBuffer(metadata);
    api.TF_CloseSession(session, status.address);
    api.TF_DeleteSession(session, status.address);
  }
}

function handleOf({ api, status, gpu, context }: Native, tensor: bigint): bigint {
  const type = api.TF_TensorType(tensor);
  const handle = api.TFE_NewTensorHandle(tensor, status.address);
  api.TF_DeleteTensor(tensor);
  status.check("the output of a profile");
  if (gpu === undefined || type === DataType.int32 || type === DataType.string) return handle;
  const copy = api.TFE_TensorHandleCopyToDevice(handle, context, gpu, status.address);
  api.TFE_DeleteTensorHandle(handle);
  status.check("the output of a profile");
  return copy;
}

/** TF_Buffer begins with an address and a length. */
function bytesOf({ api }: Native, buffer: bigint): Uint8Array {
  const fields = new BigUint64Array(2);
  api.memcpy(fields, buffer, 16);
  const [data = 0n, length = 0n] = fields;
  const bytes = new Uint8Array(Number(length));
  if (bytes.length > 0) api.memcpy(bytes, data, bytes.length);
  return bytes;
}
