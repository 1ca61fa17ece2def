import protobuf from "protobufjs/light.js";

/** What a checkpoint's index says of one tensor. */
export interface BundleEntry {
  readonly dtype: number;
  readonly shape: { readonly dim: readonly { readonly size: number }[] };
  readonly shardId: number;
  readonly offset: number;
  readonly size: number;
  readonly crc32c: number;
  readonly slices: readonly unknown[];
}

export interface BundleHeader {
  readonly numShards: number;
  /** 0 is little. */
  readonly endianness: number;
}

/** An object of a TensorFlow 2 checkpoint: children by attribute name, and the variables' keys. */
export interface TrackableNode {
  readonly children: readonly { readonly nodeId: number; readonly localName: string }[];
  readonly attributes: readonly { readonly name: string; readonly fullName: string; readonly checkpointKey: string }[];
}

// The fields that we read of tensorflow/core/protobuf/tensor_bundle.proto and trackable_object_graph.proto.
const { root } = protobuf.Root.fromJSON({
  nested: {
    BundleHeader: { fields: { numShards: { type: "int32", id: 1 }, endianness: { type: "int32", id: 2 } } },
    BundleEntry: {
      fields: {
        dtype: { type: "int32", id: 1 },
        shape: { type: "Shape", id: 2 },
        shardId: { type: "int32", id: 3 },
        offset: { type: "int64", id: 4 },
        size: { type: "int64", id: 5 },
        crc32c: { type: "fixed32", id: 6 },
        slices: { rule: "repeated", type: "bytes", id: 7 },
      },
    },
    Shape: {
      fields: { dim: { rule: "repeated", type: "Dim", id: 2 } },
      nested: { Dim: { fields: { size: { type: "int64", id: 1 } } } },
    },
    ObjectGraph: { fields: { nodes: { rule: "repeated", type: "Node", id: 1 } } },
    Node: {
      fields: {
        children: { rule: "repeated", type: "Child", id: 1 },
        attributes: { rule: "repeated", type: "Attribute", id: 2 },
      },
      nested: {
        Child: { fields: { nodeId: { type: "int32", id: 1 }, localName: { type: "string", id: 2 } } },
        Attribute: {
          fields: {
            name: { type: "string", id: 1 },
            fullName: { type: "string", id: 2 },
            checkpointKey: { type: "string", id: 3 },
          },
        },
      },
    },
  },
});

function decode(type: string, bytes: Uint8Array): unknown {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number, defaults: true, arrays: true });
}

export const decodeBundleHeader = (bytes: Uint8Array) => decode("BundleHeader", bytes) as BundleHeader;
export const decodeBundleEntry = (bytes: Uint8Array) => decode("BundleEntry", bytes) as BundleEntry;
export const decodeObjectGraph = (bytes: Uint8Array) =>
  (decode("ObjectGraph", bytes) as { nodes: readonly TrackableNode[] }).nodes;
