import protobuf from "protobufjs/minimal.js";

/** One execution of a node of a graph, as TensorFlow's executor noted it. */
export interface NodeTiming {
  readonly device: string;
  readonly name: string;
  readonly operation: string;
  /** Names of the nodes that it takes from, with `:index` for an output that is not the first. */
  readonly inputs: readonly string[];
  /** Since 1970. */
  readonly startMicroseconds: number;
  readonly microseconds: number;
  readonly outputs: readonly { readonly shape: readonly number[]; readonly bytes: number }[];
}

type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/**
 * The nodes of a serialized `RunMetadata`.
 *
 * @see tensorflow/core/protobuf/config.proto, tensorflow/core/framework/step_stats.proto, tensor_description.proto and
 *   allocation_description.proto @ v2.21.0, for the numbers of the fields
 */
export function nodeTimings(runMetadata: Uint8Array): NodeTiming[] {
  const devices = messages(fieldsOf(runMetadata), 1).flatMap((stepStats) => messages(stepStats, 1));
  return devices.flatMap((device) => messages(device, 2).map((node) => timingOf(text(device, 1), node)));
}

function timingOf(device: string, node: Fields): NodeTiming {
  const name = text(node, 1);
  // name = Operation(input, input:1), and nothing of that for copies between devices
  const label = /^.* = (\w+)\((.*)\)$/s.exec(text(node, 8));
  const [, operation = name, inputs = ""] = label ?? [];
  return {
    device,
    name,
    operation,
    inputs: inputs === "" ? [] : inputs.split(", "),
    startMicroseconds: number(node, 2) + number(node, 3),
    microseconds: Math.max(0, number(node, 4) - number(node, 3)),
    outputs: messages(node, 7).flatMap((output) => messages(output, 3).map(outputOf)),
  };
}

function outputOf(tensor: Fields) {
  const shape = messages(tensor, 2).flatMap((dimensions) => messages(dimensions, 2).map((size) => number(size, 1)));
  const bytes = messages(tensor, 4).reduce((sum, allocation) => sum + number(allocation, 1), 0);
  return { shape, bytes };
}

/** A message's fields by number, each with all its values. */
function fieldsOf(message: Uint8Array): Fields {
  const reader = protobuf.Reader.create(message);
  const fields = new Map<number, (number | Uint8Array)[]>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [field, wireType] = [tag >>> 3, tag & 7];
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (wireType === 0) values.push(Number(reader.int64()));
    else if (wireType === 2) values.push(reader.bytes());
    else reader.skipType(wireType);
  }
  return fields;
}

const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).flatMap((value) => (typeof value === "number" ? [] : [fieldsOf(value)]));

const text = (fields: Fields, field: number): string => {
  const value = fields.get(field)?.[0];
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : "";
};

const number = (fields: Fields, field: number): number => {
  const value = fields.get(field)?.[0];
  return typeof value === "number" ? value : 0;
};
