import { setImmediate } from "node:timers/promises";
import type { Recording } from "../compile/recording.js";
import { type Attribute, AttributeType } from "./attributes.js";
import { DataType } from "./data-types.js";
import { execute } from "./execute.js";
import type { HostValues } from "./host-tensor.js";
import type { Native } from "./native.js";
import { SavedModels } from "./saved-models.js";
import { newHandle, readHandle, readHandleAsync, shapeOf } from "./tensor-handles.js";
import { escapedTensor, type TensorEntry, TensorTable } from "./tensor-table.js";

export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What takes the place of the execution while a function is recorded. */
export interface Recorder {
  /** What convolutions and matrix products are computed in. */
  readonly precision: "float32" | "bfloat16";
  /** Whether what is recorded becomes one program of XLA's. */
  readonly xla: boolean;
  createTensor(shape: readonly number[], dtype: number, values: HostValues): number;
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], count: number): TensorMetadata[];
  /** What `body` records runs once the tensor is there, even what needs less: its results take memory from then on alone. */
  after<Result>(tensor: number, body: () => Result): Result;
  /** Says of a matrix product that it is an image, as a convolution's result: in bfloat16 what follows stays in that. */
  markImage(tensor: number): void;
  /** Refuses the read of a tensor that has no value yet. */
  read(entry: TensorEntry): never;
}

/** What is told of every operation and call while a profile is taken. */
export interface Profiler {
  /** Runs an operation, and notes when. */
  operation(name: string, inputs: readonly number[], run: () => TensorMetadata[]): TensorMetadata[];
  /** The recordings to use in place of a compiled function's own: its graphs are kept, for their nodes to be timed. */
  recordingsOf(own: Map<string, Recording>): Map<string, Recording>;
  /** Whether a function is run node by node; with XLA it is one program. */
  keepsGraph(xla: boolean): boolean;
  /** Runs what happens for the profile's sake, and notes when. */
  preparation<T>(what: string, run: () => T): T;
  /** Runs a recording; the caller owns the handles. */
  call(recording: Recording, inputs: BigUint64Array): BigUint64Array;
}

/**
 * The binding of @tensorflow/tfjs-node over TensorFlow's C API: the same methods and constants (TFJSBinding), so that its
 * backend and kernels run on it unchanged.
 */
export class Binding {
  readonly TensorMetadata = class {};
  readonly TFEOpAttr = class {};
  readonly TF_FLOAT = DataType.float32;
  readonly TF_INT32 = DataType.int32;
  readonly TF_INT64 = DataType.int64;
  readonly TF_BOOL = DataType.bool;
  readonly TF_COMPLEX64 = DataType.complex64;
  readonly TF_STRING = DataType.string;
  readonly TF_RESOURCE = DataType.resource;
  readonly TF_UINT8 = DataType.uint8;
  readonly TF_ATTR_STRING = AttributeType.string;
  readonly TF_ATTR_INT = AttributeType.int;
  readonly TF_ATTR_FLOAT = AttributeType.float;
  readonly TF_ATTR_BOOL = AttributeType.bool;
  readonly TF_ATTR_TYPE = AttributeType.type;
  readonly TF_ATTR_SHAPE = AttributeType.shape;
  readonly TF_ATTR_RESOURCE = AttributeType.resource;
  readonly TF_Version: string;

  readonly tensors = new TensorTable();
  recorder: Recorder | undefined;
  profiler: Profiler | undefined;
  private readonly functionCounts = new Map<string, number>();
  private readonly savedModels: SavedModels;

  constructor(readonly native: Native) {
    this.TF_Version = native.version;
    this.savedModels = new SavedModels(native);
  }

  /**
   * A name for a function of the eager context. XLA's cache knows a function by its name, too: it is the same in the next process,
   * whatever else is compiled there.
   */
  nameFunction(name: string): string {
    const word = name.replace(/\W/g, "_");
    const count = this.functionCounts.get(word) ?? 0;
    this.functionCounts.set(word, count + 1);
    return `${word}_${count}`;
  }

  createTensor(shape: readonly number[], dtype: number, values: HostValues): number {
    if (this.recorder) return this.recorder.createTensor(shape, dtype, values);
    return this.adopt(newHandle(this.native, shape, dtype, values), [...shape], dtype).id;
  }

  deleteTensor(id: number): void {
    this.release(this.tensors.remove(id));
  }

  tensorDataSync(id: number) {
    const entry = this.tensors.get(id);
    if (entry.values) return entry.values;
    if (entry.handle === undefined) throw this.valueless(entry);
    return readHandle(this.native, entry.handle, entry.dtype);
  }

  /**
   * The values, waited for on another thread where a GPU may still compute them; the tensor may be deleted meanwhile. Without one
   * they are there once the operation has returned, and a turn of the event loop is shorter than the way to another thread.
   */
  async tensorData(id: number) {
    if (this.native.gpu === undefined) {
      const values = this.tensorDataSync(id);
      await setImmediate();
      return values;
    }
    const entry = this.tensors.get(id);
    if (entry.values) return entry.values;
    if (entry.handle === undefined) throw this.valueless(entry);
    entry.reads = (entry.reads ?? 0) + 1;
    try {
      return await readHandleAsync(this.native, entry.handle, entry.dtype);
    } finally {
      entry.reads--;
      if (entry.deleted) this.release(entry);
    }
  }

  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
  ): TensorMetadata[] {
    if (this.recorder) return this.recorder.executeOp(name, attributes, inputs, outputCount);
    const run = () => {
      const handles = inputs.map((id) => this.handleOf(id));
      return execute(this.native, name, attributes, handles, outputCount).map((handle) => this.adopt(handle));
    };
    return this.profiler ? this.profiler.operation(name, inputs, run) : run();
  }

  loadSavedModel(directory: string, tags: string): number {
    return this.savedModels.load(directory, tags);
  }

  runSavedModel(id: number, inputIds: readonly number[], inputNames: string, outputNames: string): TensorMetadata[] {
    const { api, status } = this.native;
    const inputs = inputIds.map((input) => {
      const tensor = api.TFE_TensorHandleResolve(this.handleOf(input), status.address);
      status.check("the input of a saved model");
      return tensor;
    });
    try {
      const names = (list: string) => (list === "" ? [] : list.split(","));
      return this.savedModels.run(id, inputs, names(inputNames), names(outputNames)).map((tensor) => {
        const handle = api.TFE_NewTensorHandle(tensor, status.address);
        api.TF_DeleteTensor(tensor);
        status.check("the output of a saved model");
        return this.adopt(handle);
      });
    } finally {
      for (const input of inputs) api.TF_DeleteTensor(input);
    }
  }

  deleteSavedModel(id: number): void {
    this.savedModels.delete(id);
  }

  getNumOfSavedModels(): number {
    return this.savedModels.count;
  }

  getNumOfTensors(): number {
    return this.tensors.size;
  }

  isUsingGpuDevice(): boolean {
    return this.native.gpu !== undefined;
  }

  handleOf(id: number): bigint {
    const entry = this.tensors.get(id);
    if (entry.values) entry.handle ??= newHandle(this.native, entry.shape, entry.dtype, entry.values);
    if (entry.handle === undefined) throw this.valueless(entry);
    return entry.handle;
  }

  /** Takes over a handle. Shape and type are asked for unless they are known. */
  adopt(
    handle: bigint,
    shape: number[] = shapeOf(this.native, handle),
    dtype: number = this.native.api.TFE_TensorHandleDataType(handle),
  ): TensorMetadata {
    return { id: this.tensors.add({ handle, shape, dtype }), shape, dtype };
  }

  private release(entry: TensorEntry): void {
    if (entry.handle === undefined) return;
    if (entry.reads) entry.deleted = true;
    else this.native.api.TFE_DeleteTensorHandle(entry.handle);
  }

  private valueless(entry: TensorEntry): unknown {
    return this.recorder ? this.recorder.read(entry) : escapedTensor(entry);
  }
}
