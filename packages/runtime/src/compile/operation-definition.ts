import protobuf from "protobufjs/minimal.js";
import type { Native } from "../binding/native.js";

interface InputDefinition {
  /** Whether it is a list of tensors; then of as many as this attribute says, or of any number. */
  readonly isList: boolean;
  readonly countAttribute: string | undefined;
}

/** What the recording needs to know of an operation: an eager call takes its inputs flat, a graph in lists. */
export interface OperationDefinition {
  readonly inputs: readonly InputDefinition[];
  /** Attributes that follow from the inputs. tfjs-node states some of them wrongly; a graph takes them at their word. */
  readonly inferred: ReadonlySet<string>;
}

const cache = new Map<string, OperationDefinition | undefined>();

/** The definition of an operation; undefined if TensorFlow does not know it. */
export function operationDefinition(native: Native, graph: bigint, name: string): OperationDefinition | undefined {
  if (!cache.has(name)) cache.set(name, readDefinition(native, graph, name));
  return cache.get(name);
}

function readDefinition({ api, status }: Native, graph: bigint, name: string): OperationDefinition | undefined {
  const buffer = api.TF_NewBuffer();
  api.TF_GraphGetOpDef(graph, name, buffer, status.address);
  const known = status.ok;
  const fields = new BigUint64Array(2); // TF_Buffer: data, length
  api.memcpy(fields, buffer, fields.byteLength);
  const bytes = new Uint8Array(known ? Number(fields[1]) : 0);
  if (bytes.length > 0) api.memcpy(bytes, fields[0] as bigint, bytes.length);
  api.TF_DeleteBuffer(buffer);
  return known ? parseOpDef(bytes) : undefined;
}

// tensorflow/core/framework/op_def.proto
const opDefInput = 2;
const argument = { typeAttribute: 4, numberAttribute: 5, typeListAttribute: 6 };

function parseOpDef(bytes: Uint8Array): OperationDefinition {
  const inputs: InputDefinition[] = [];
  const inferred = new Set<string>();
  for (const [field, value] of bytesFields(bytes)) {
    if (field !== opDefInput) continue;
    const names = new Map([...bytesFields(value)].map(([key, text]) => [key, Buffer.from(text).toString()]));
    for (const key of Object.values(argument)) inferred.add(names.get(key) ?? "");
    const countAttribute = names.get(argument.numberAttribute);
    inputs.push({ isList: countAttribute !== undefined || names.has(argument.typeListAttribute), countAttribute });
  }
  return { inputs, inferred };
}

/** The fields of a message that hold bytes: strings and messages. */
function* bytesFields(message: Uint8Array): Generator<[field: number, value: Uint8Array]> {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 2) yield [tag >>> 3, reader.bytes()];
    else reader.skipType(tag & 7);
  }
}
