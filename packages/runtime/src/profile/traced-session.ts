import { DataType } from "../binding/data-types.js";
import type { Native } from "../binding/native.js";
import { outputsInMemory } from "../compile/graph.js";
import type { RecordedGraph } from "../compile/recording.js";

export interface TracedRun {
  /** Handles; the caller owns them. */
  readonly outputs: BigUint64Array;
  /** A serialized RunMetadata. */
  readonly metadata: Uint8Array;
  /** When the run began and ended, by performance.now(). */
  readonly startMilliseconds: number;
  readonly endMilliseconds: number;
}

// RunOptions: trace_level = 1. SOFTWARE_TRACE is 1; FULL_TRACE, 3, asks for a GPU's kernels too.
const traceLevel = (gpu: string | undefined) => Uint8Array.of(8, gpu === undefined ? 1 : 3);

/**
 * A graph in a session of its own, which TensorFlow optimizes as it does a function, and which notes the time of every node.
 * The eager API, which runs a compiled function otherwise, notes none. The graph outlives the session.
 */
export class TracedSession {
  private readonly session: bigint;
  private isWarm = false;

  constructor(
    private readonly native: Native,
    private readonly recorded: RecordedGraph,
  ) {
    const { api, status, config } = native;
    const options = api.TF_NewSessionOptions();
    api.TF_SetConfig(options, config, config.length, status.address);
    this.session = api.TF_NewSession(recorded.graph.address, options, status.address);
    api.TF_DeleteSessionOptions(options);
    status.check("the session of a profile");
  }

  /** Runs the graph once without notes, so that TensorFlow's optimization of it is not in the next run. */
  warmUp(handles: BigUint64Array): void {
    if (this.isWarm) return;
    this.withTensors(handles, (tensors) => {
      for (const tensor of this.runOn(tensors, null, null)) this.native.api.TF_DeleteTensor(tensor);
    });
    this.isWarm = true;
  }

  run(handles: BigUint64Array): TracedRun {
    const { api, gpu } = this.native;
    const level = traceLevel(gpu);
    const runOptions = api.TF_NewBufferFromString(level, level.length);
    const metadata = api.TF_NewBuffer();
    try {
      return this.withTensors(handles, (tensors) => {
        const startMilliseconds = performance.now();
        const results = this.runOn(tensors, runOptions, metadata);
        const endMilliseconds = performance.now();
        const outputs = results.map((tensor) => handleOf(this.native, tensor));
        return { outputs, metadata: bytesOf(this.native, metadata), startMilliseconds, endMilliseconds };
      });
    } finally {
      api.TF_DeleteBuffer(runOptions);
      api.TF_DeleteBuffer(metadata);
    }
  }

  delete(): void {
    const { api, status } = this.native;
    api.TF_CloseSession(this.session, status.address);
    api.TF_DeleteSession(this.session, status.address);
  }

  private runOn(tensors: BigUint64Array, runOptions: bigint | null, metadata: bigint | null): BigUint64Array {
    const { api, status } = this.native;
    const { inputs, outputs } = this.recorded;
    const results = new BigUint64Array(outputs.length);
    api.TF_SessionRun(
      ...([this.session, runOptions, outputsInMemory(inputs), tensors, tensors.length] as const),
      ...([outputsInMemory(outputs), results, results.length, null, 0, metadata, status.address] as const),
    );
    status.check("the run of a profile");
    return results;
  }

  private withTensors<T>(handles: BigUint64Array, use: (tensors: BigUint64Array) => T): T {
    const { api, status } = this.native;
    const tensors: bigint[] = [];
    try {
      for (const handle of handles) {
        const tensor = api.TFE_TensorHandleResolve(handle, status.address);
        status.check("the input of a profile");
        tensors.push(tensor);
      }
      return use(BigUint64Array.from(tensors));
    } finally {
      for (const tensor of tensors) api.TF_DeleteTensor(tensor);
    }
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
