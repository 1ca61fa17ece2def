import protobuf from "protobufjs/light.js";

/** An operation's setting; exactly one of the values is there. */
export interface OnnxAttribute {
  readonly name: string;
  readonly type: "FLOAT" | "INT" | "INTS" | "STRING";
  readonly f?: number;
  readonly i?: number;
  readonly ints?: readonly number[];
  readonly s?: Uint8Array;
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** 1 is float32, 7 is int64. */
  readonly dataType: 1 | 7;
  readonly rawData: Uint8Array;
}

/** An input or output; a text is a dimension that is known when the model runs. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

// The fields that we write of onnx/onnx.proto.
const { root } = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: { type: "int64", id: 1 },
        producerName: { type: "string", id: 2 },
        graph: { type: "Graph", id: 7 },
        opsetImport: { rule: "repeated", type: "OperatorSet", id: 8 },
      },
    },
    OperatorSet: { fields: { domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } } },
    Graph: {
      fields: {
        node: { rule: "repeated", type: "Node", id: 1 },
        name: { type: "string", id: 2 },
        initializer: { rule: "repeated", type: "Tensor", id: 5 },
        input: { rule: "repeated", type: "ValueInfo", id: 11 },
        output: { rule: "repeated", type: "ValueInfo", id: 12 },
      },
    },
    Node: {
      fields: {
        input: { rule: "repeated", type: "string", id: 1 },
        output: { rule: "repeated", type: "string", id: 2 },
        name: { type: "string", id: 3 },
        opType: { type: "string", id: 4 },
        attribute: { rule: "repeated", type: "Attribute", id: 5 },
      },
    },
    Attribute: {
      oneofs: { value: { oneof: ["f", "i", "s"] } },
      fields: {
        name: { type: "string", id: 1 },
        f: { type: "float", id: 2 },
        i: { type: "int64", id: 3 },
        s: { type: "bytes", id: 4 },
        ints: { rule: "repeated", type: "int64", id: 8, options: { packed: false } },
        type: { type: "AttributeType", id: 20 },
      },
    },
    AttributeType: { values: { UNDEFINED: 0, FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } },
    Tensor: {
      fields: {
        dims: { rule: "repeated", type: "int64", id: 1, options: { packed: false } },
        dataType: { type: "int32", id: 2 },
        name: { type: "string", id: 8 },
        rawData: { type: "bytes", id: 9 },
      },
    },
    ValueInfo: { fields: { name: { type: "string", id: 1 }, type: { type: "Type", id: 2 } } },
    Type: { fields: { tensorType: { type: "TensorType", id: 1 } } },
    TensorType: { fields: { elemType: { type: "int32", id: 1 }, shape: { type: "Shape", id: 2 } } },
    Shape: { fields: { dim: { rule: "repeated", type: "Dim", id: 1 } } },
    Dim: {
      oneofs: { value: { oneof: ["dimValue", "dimParam"] } },
      fields: { dimValue: { type: "int64", id: 1 }, dimParam: { type: "string", id: 2 } },
    },
  },
});

/** The bytes of a model of one graph. */
export function encodeOnnxModel(model: {
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}): Uint8Array {
  const valueInfo = ({ name, shape }: OnnxValue) => {
    const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
    return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
  };
  const Model = root.lookupType("Model");
  const message = Model.fromObject({
    irVersion: 8,
    producerName: "@simclr/weights",
    opsetImport: [{ domain: "", version: model.opset }],
    graph: {
      name: "encoder",
      node: model.nodes,
      initializer: model.initializers,
      input: [valueInfo(model.input)],
      output: [valueInfo(model.output)],
    },
  });
  return Model.encode(message).finish();
}
