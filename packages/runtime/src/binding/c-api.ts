import { simclrError } from "@simclr/core";
import koffi from "koffi";
import "../errors.js";
import { keepLoaded } from "./keep-loaded.js";
import { quietly } from "./quietly.js";

/** An address in native memory, or JavaScript memory lent for the time of a call. */
type Pointer = bigint | ArrayBufferView | null;

/** TF_Output: one output of an operation of a graph. */
export interface GraphOutput {
  readonly oper: bigint;
  readonly index: number;
}

const graphOutput = koffi.struct({ oper: "void *", index: "int" });

interface Values {
  pointer: Pointer;
  address: bigint;
  text: string;
  int: number;
  int64: number;
  size: number;
  float: number;
  byte: number;
  output: GraphOutput;
  nothing: undefined;
}

const types = {
  pointer: "void *",
  address: "void *",
  text: "str",
  int: "int",
  int64: "int64_t",
  size: "size_t",
  float: "float",
  byte: "uchar",
  output: graphOutput,
  nothing: "void",
} as const;

type Kind = keyof Values;
type Arguments<Kinds extends readonly Kind[]> = { -readonly [I in keyof Kinds]: Values[Kinds[I]] };

interface CFunction<Result extends Kind, Kinds extends readonly Kind[]> {
  (...values: Arguments<Kinds>): Values[Result];
  /** The call on a thread of its own. Pointers must be addresses: JavaScript memory may move meanwhile. */
  async(...values: [...Arguments<Kinds>, (error: unknown, result: Values[Result]) => void]): void;
}

const c = <Result extends Kind, const Kinds extends readonly Kind[]>(result: Result, ...kinds: Kinds) => ({
  result,
  kinds,
});

// The part of TensorFlow's C API (tensorflow/c/c_api.h, tensorflow/c/eager/c_api.h) that the runtime calls.
const signatures = {
  memcpy: c("nothing", "pointer", "pointer", "size"),

  TF_Version: c("text"),
  TF_NewStatus: c("address"),
  TF_DeleteStatus: c("nothing", "pointer"),
  TF_GetCode: c("int", "pointer"),
  TF_Message: c("text", "pointer"),
  TF_NewBuffer: c("address"),
  TF_NewBufferFromString: c("address", "pointer", "size"),
  TF_DeleteBuffer: c("nothing", "pointer"),

  TF_AllocateTensor: c("address", "int", "pointer", "int", "size"),
  TF_DeleteTensor: c("nothing", "pointer"),
  TF_TensorType: c("int", "pointer"),
  TF_TensorData: c("address", "pointer"),
  TF_TensorByteSize: c("size", "pointer"),
  TF_TensorElementCount: c("int64", "pointer"),
  TF_StringInit: c("nothing", "pointer"),
  TF_StringCopy: c("nothing", "pointer", "pointer", "size"),
  TF_StringGetDataPointer: c("address", "pointer"),
  TF_StringGetSize: c("size", "pointer"),

  TFE_NewContextOptions: c("address"),
  TFE_DeleteContextOptions: c("nothing", "pointer"),
  TFE_ContextOptionsSetConfig: c("nothing", "pointer", "pointer", "size", "pointer"),
  TFE_NewContext: c("address", "pointer", "pointer"),
  TFE_ContextListDevices: c("address", "pointer", "pointer"),
  TFE_ContextAddFunction: c("nothing", "pointer", "pointer", "pointer"),
  TFE_ContextRemoveFunction: c("nothing", "pointer", "text", "pointer"),
  TF_DeviceListCount: c("int", "pointer"),
  TF_DeviceListName: c("text", "pointer", "int", "pointer"),
  TF_DeviceListType: c("text", "pointer", "int", "pointer"),
  TF_DeleteDeviceList: c("nothing", "pointer"),

  TFE_NewTensorHandle: c("address", "pointer", "pointer"),
  TFE_DeleteTensorHandle: c("nothing", "pointer"),
  TFE_TensorHandleResolve: c("address", "pointer", "pointer"),
  TFE_TensorHandleCopyToDevice: c("address", "pointer", "pointer", "text", "pointer"),
  TFE_TensorHandleCopySharingTensor: c("address", "pointer", "pointer"),
  TFE_TensorHandleNumDims: c("int", "pointer", "pointer"),
  TFE_TensorHandleDim: c("int64", "pointer", "int", "pointer"),
  TFE_TensorHandleDataType: c("int", "pointer"),

  TFE_NewOp: c("address", "pointer", "text", "pointer"),
  TFE_DeleteOp: c("nothing", "pointer"),
  TFE_OpSetDevice: c("nothing", "pointer", "text", "pointer"),
  TFE_OpAddInput: c("nothing", "pointer", "pointer", "pointer"),
  TFE_OpAddInputList: c("nothing", "pointer", "pointer", "int", "pointer"),
  TFE_OpSetAttrString: c("nothing", "pointer", "text", "pointer", "size"),
  TFE_OpSetAttrStringList: c("nothing", "pointer", "text", "pointer", "pointer", "int"),
  TFE_OpSetAttrInt: c("nothing", "pointer", "text", "int64"),
  TFE_OpSetAttrIntList: c("nothing", "pointer", "text", "pointer", "int"),
  TFE_OpSetAttrFloat: c("nothing", "pointer", "text", "float"),
  TFE_OpSetAttrFloatList: c("nothing", "pointer", "text", "pointer", "int"),
  TFE_OpSetAttrBool: c("nothing", "pointer", "text", "byte"),
  TFE_OpSetAttrBoolList: c("nothing", "pointer", "text", "pointer", "int"),
  TFE_OpSetAttrType: c("nothing", "pointer", "text", "int"),
  TFE_OpSetAttrShape: c("nothing", "pointer", "text", "pointer", "int", "pointer"),
  TFE_Execute: c("nothing", "pointer", "pointer", "pointer", "pointer"),

  TF_NewGraph: c("address"),
  TF_DeleteGraph: c("nothing", "pointer"),
  TF_GraphGetOpDef: c("nothing", "pointer", "text", "pointer", "pointer"),
  TF_NewOperation: c("address", "pointer", "text", "text"),
  TF_AddInput: c("nothing", "pointer", "output"),
  TF_AddControlInput: c("nothing", "pointer", "pointer"),
  TF_AddInputList: c("nothing", "pointer", "pointer", "int"),
  TF_SetAttrString: c("nothing", "pointer", "text", "pointer", "size"),
  TF_SetAttrStringList: c("nothing", "pointer", "text", "pointer", "pointer", "int"),
  TF_SetAttrInt: c("nothing", "pointer", "text", "int64"),
  TF_SetAttrIntList: c("nothing", "pointer", "text", "pointer", "int"),
  TF_SetAttrFloat: c("nothing", "pointer", "text", "float"),
  TF_SetAttrFloatList: c("nothing", "pointer", "text", "pointer", "int"),
  TF_SetAttrBool: c("nothing", "pointer", "text", "byte"),
  TF_SetAttrBoolList: c("nothing", "pointer", "text", "pointer", "int"),
  TF_SetAttrType: c("nothing", "pointer", "text", "int"),
  TF_SetAttrShape: c("nothing", "pointer", "text", "pointer", "int"),
  TF_SetAttrTensor: c("nothing", "pointer", "text", "pointer", "pointer"),
  TF_FinishOperation: c("address", "pointer", "pointer"),
  TF_OperationOutputType: c("int", "output"),
  TF_GraphGetTensorNumDims: c("int", "pointer", "output", "pointer"),
  TF_GraphGetTensorShape: c("nothing", "pointer", "output", "pointer", "int", "pointer"),
  TF_GraphOperationByName: c("address", "pointer", "text"),
  TF_GraphSetTensorShape: c("nothing", "pointer", "output", "pointer", "int", "pointer"),
  TF_GraphCopyFunction: c("nothing", "pointer", "pointer", "pointer", "pointer"),
  TF_GraphToFunction: c(
    "address",
    ...(["pointer", "text", "byte", "int", "pointer", "int", "pointer", "int", "pointer"] as const),
    ...(["pointer", "pointer", "text", "pointer"] as const),
  ),
  TF_DeleteFunction: c("nothing", "pointer"),

  TF_NewSessionOptions: c("address"),
  TF_SetConfig: c("nothing", "pointer", "pointer", "size", "pointer"),
  TF_DeleteSessionOptions: c("nothing", "pointer"),
  TF_NewSession: c("address", "pointer", "pointer", "pointer"),
  TF_LoadSessionFromSavedModel: c(
    "address",
    ...(["pointer", "pointer", "text", "pointer", "int", "pointer", "pointer", "pointer"] as const),
  ),
  TF_SessionRun: c(
    "nothing",
    ...(["pointer", "pointer", "pointer", "pointer", "int", "pointer", "pointer", "int"] as const),
    ...(["pointer", "int", "pointer", "pointer"] as const),
  ),
  TF_CloseSession: c("nothing", "pointer", "pointer"),
  TF_DeleteSession: c("nothing", "pointer", "pointer"),
};

export type CApi = {
  readonly [Name in keyof typeof signatures]: (typeof signatures)[Name] extends {
    result: infer Result extends Kind;
    kinds: infer Kinds extends readonly Kind[];
  }
    ? CFunction<Result, Kinds>
    : never;
};

// XLA compiles on the stack of the call. Koffi's default, 128 KiB off the JavaScript thread, is far too small for it.
const stackBytes = 16 * 1024 * 1024;

/** Koffi takes settings only before the first library is loaded. */
function enlargeStacks(): void {
  const { sync_stack_size = 0, async_stack_size = 0 } = koffi.config();
  if (Math.min(sync_stack_size, async_stack_size) >= stackBytes) return;
  koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
}

/** Paths of TensorFlow's two libraries. */
export interface Libraries {
  readonly framework: string;
  readonly c: string;
}

/**
 * Loads libtensorflow and resolves every function that the runtime calls.
 *
 * @throws SIMCLR_ERROR__RUNTIME__LIBRARY_NOT_LOADED
 */
export function loadCApi({ framework, c: main }: Libraries): CApi {
  try {
    enlargeStacks();
    quietly(() => [framework, main].forEach(keepLoaded));
    const library = koffi.load(main);
    const bind = ([name, { result, kinds }]: [string, { result: Kind; kinds: readonly Kind[] }]) => [
      name,
      library.func(
        name,
        types[result],
        kinds.map((kind) => types[kind]),
      ),
    ];
    return Object.fromEntries(Object.entries(signatures).map(bind)) as CApi;
  } catch (error) {
    throw libraryNotLoaded(main, error);
  }
}

function libraryNotLoaded(path: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__LIBRARY_NOT_LOADED",
    { path },
    {
      expected: "TensorFlow's library to load, with every function of its C API that the runtime calls",
      received: `${reason} (${path})`,
      remedy: "doctor() says what the library misses; TensorFlow 2.21 is the version that the runtime is tested with.",
    },
    cause,
  );
}

/** The address of the first byte of a typed array, for structures in native memory that hold it during one call. */
export function addressOf(memory: ArrayBufferView): bigint {
  return koffi.address(memory);
}

/** Native memory that does not move, for calls on other threads. */
export function allocate(byteCount: number): bigint {
  return koffi.alloc("uint8_t", Math.max(byteCount, 1)) as bigint;
}

export function free(address: bigint): void {
  koffi.free(address);
}
