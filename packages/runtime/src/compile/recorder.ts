import { isSimclrError, simclrError } from "@simclr/core";
import type { Attribute } from "../binding/attributes.js";
import type { Binding, Recorder, TensorMetadata } from "../binding/binding.js";
import type { GraphOutput } from "../binding/c-api.js";
import { DataType, elementCount } from "../binding/data-types.js";
import type { HostValues } from "../binding/host-tensor.js";
import { escapedTensor, type TensorEntry } from "../binding/tensor-table.js";
import "../errors.js";
import { noteCallSite } from "./call-site.js";
import { Graph } from "./graph.js";
import { runsInBfloat16, staysInBfloat16, unusedOutputs } from "./operations.js";

const keyOf = ({ oper, index }: GraphOutput) => `${oper}:${index}`;

/** Where an input of the graph comes from: an argument's place, or the number of a tensor from outside. */
export type InputSource = { readonly argument: number } | { readonly outside: number };

export interface RecorderOptions {
  readonly functionName: string;
  readonly precision: "float32" | "bfloat16";
  /** Whether the whole recording is one program of XLA's. */
  readonly xla: boolean;
  /** The recording that this one is a part of. */
  readonly outer?: GraphRecorder;
}

/** Writes what TensorFlow.js executes into a graph instead of running it. */
export class GraphRecorder implements Recorder {
  readonly graph: Graph;
  /** The functions of the parts, by what they compute; they live as long as the recording. */
  readonly parts = new Map<string, string>();
  /** The graph's inputs in use: placeholders, and where their tensors come from. */
  readonly inputs: { readonly node: GraphOutput; readonly source: InputSource }[] = [];
  /** By the name of a node in TensorFlow's messages: its operation, and where in the program it was called. */
  readonly origins: Map<string, { operation: string; calledAt: () => string }>;
  private readonly nodes = new Map<number, GraphOutput>();
  /** The same values in bfloat16, by the node that has them in float32. */
  private readonly narrowNodes = new Map<string, GraphOutput>();
  /** Those of them that were computed in bfloat16 and are images, in any shape, not sums over a batch. */
  private readonly activations = new Set<string>();

  constructor(
    private readonly binding: Binding,
    readonly options: RecorderOptions,
  ) {
    this.graph = new Graph(binding.native, options.outer?.graph);
    this.origins = options.outer?.origins ?? new Map();
  }

  get precision(): "float32" | "bfloat16" {
    return this.options.precision;
  }

  get xla(): boolean {
    return this.options.xla;
  }

  private get functionName(): string {
    return this.options.functionName;
  }

  /** A tensor that stands for an argument. Its placeholder is made at its first use: arguments not used are not passed. */
  argument(index: number, shape: readonly number[], dtype: number): TensorMetadata {
    const id = this.binding.tensors.add({ shape, dtype, argument: index });
    return { id, shape: [...shape], dtype };
  }

  createTensor(shape: readonly number[], dtype: number, values: HostValues): number {
    return this.binding.tensors.add({ shape: [...shape], dtype, values });
  }

  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    count: number,
  ): TensorMetadata[] {
    const calledAt = noteCallSite();
    if (!this.graph.definition(name))
      throw this.unsupported(name, calledAt, "an operation that TensorFlow does not have");
    const nodes = inputs.map((id) => this.nodeOf(id));
    try {
      return this.add(name, attributes, nodes, count, calledAt);
    } catch (error) {
      if (isSimclrError(error) && error instanceof Error) error.message += ` Called at ${calledAt()}.`;
      throw error;
    }
  }

  /** The value of a tensor inside the graph. */
  nodeOf(id: number): GraphOutput {
    const known = this.nodes.get(id);
    if (known) return known;
    const node = this.newNode(id, this.binding.tensors.get(id));
    this.nodes.set(id, node);
    return node;
  }

  after<Result>(tensor: number, body: () => Result): Result {
    const { controlInputs } = this.graph;
    controlInputs.push(this.nodeOf(tensor).oper);
    try {
      return body();
    } finally {
      controlInputs.pop();
    }
  }

  markImage(tensor: number): void {
    const node = keyOf(this.nodeOf(tensor));
    if (this.narrowNodes.has(node)) this.activations.add(node);
  }

  /** Whether a tensor is the result of an operation of this graph, not an input or a constant. */
  hasMade(id: number): boolean {
    return this.nodes.has(id) && !this.inputs.some(({ source }) => "outside" in source && source.outside === id);
  }

  /** Makes a tensor the result of a part of this recording, which is compiled to a program of its own. */
  callPart(part: GraphRecorder, id: number): void {
    const output = part.nodeOf(id);
    const text = part.graph.textOf(output);
    const known = this.parts.get(text);
    const name = known ?? this.binding.nameFunction(`${this.functionName}_part`);
    if (!known) {
      const nodes = part.inputs.map(({ node }) => node);
      part.graph.toFunction(name, nodes, [output]);
      this.parts.set(text, name);
    }
    const inputs = part.inputs.map(({ source }) => this.nodeOf((source as { outside: number }).outside));
    this.nodes.set(id, this.graph.call(name, inputs, this.binding.tensors.get(id).shape));
  }

  read(entry: TensorEntry): never {
    const { operation = "an argument" } = entry;
    const calledAt = noteCallSite()();
    throw simclrError(
      "SIMCLR_ERROR__RUNTIME__READ_WHILE_RECORDING",
      { function: this.functionName, operation, calledAt },
      {
        expected: `${this.functionName} not to read values while it is recorded: there are none before it runs`,
        received: `a read of the result of ${operation} at ${calledAt}`,
        remedy: "Return the tensor and read it outside, or express the decision with tf.where.",
      },
    );
  }

  private newNode(id: number, entry: TensorEntry): GraphOutput {
    const { shape, dtype, argument, handle, values } = entry;
    if (values) return this.constant(shape, dtype, values);
    const isPart = this.options.outer !== undefined;
    if (argument === undefined && handle === undefined && !isPart) throw escapedTensor(entry);
    const node = this.graph.placeholder(shape, dtype);
    this.inputs.push({ node, source: argument === undefined || isPart ? { outside: id } : { argument } });
    return node;
  }

  private constant(shape: readonly number[], dtype: number, values: HostValues): GraphOutput {
    const first = values[0];
    const uniform =
      elementCount(shape) > 64 &&
      typeof first === "number" &&
      (values as Float32Array).every((value) => value === first);
    return uniform ? this.graph.fill(shape, dtype, first) : this.graph.constant(shape, dtype, values);
  }

  private add(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly GraphOutput[],
    count: number,
    calledAt: () => string,
  ): TensorMetadata[] {
    const narrowed = this.narrowed(name, inputs);
    this.origins.set(this.graph.nextName, { operation: name, calledAt });
    const oper = this.graph.add(name, attributes, narrowed ?? inputs);
    return Array.from({ length: count }, (_, index) => {
      const output = { oper, index };
      const isNarrow = narrowed && this.graph.typeOf(output) === DataType.bfloat16;
      return this.register(name, isNarrow ? this.widened(output, name) : output, index, calledAt);
    });
  }

  /** The inputs of an operation that runs in bfloat16; undefined for any other. */
  private narrowed(name: string, inputs: readonly GraphOutput[]): GraphOutput[] | undefined {
    if (this.precision !== "bfloat16") return undefined;
    const narrow = (input: GraphOutput) =>
      this.graph.typeOf(input) === DataType.float32 ? this.narrowOf(input) : input;
    if (runsInBfloat16.has(name)) return inputs.map(narrow);
    const stays = this.xla ? undefined : staysInBfloat16[name];
    const isThere = stays?.deciding.every((index) => this.activations.has(keyOf(inputs[index] as GraphOutput)));
    return isThere ? inputs.map((input, i) => (stays?.float32?.includes(i) ? input : narrow(input))) : undefined;
  }

  private narrowOf(wide: GraphOutput): GraphOutput {
    const known = this.narrowNodes.get(keyOf(wide)) ?? this.graph.cast(wide, DataType.bfloat16);
    this.narrowNodes.set(keyOf(wide), known);
    return known;
  }

  /** For what reads it in float32; where nothing does, TensorFlow leaves the cast out. */
  private widened(narrow: GraphOutput, name: string): GraphOutput {
    const wide = this.graph.cast(narrow, DataType.float32);
    this.narrowNodes.set(keyOf(wide), narrow);
    const isProduct = runsInBfloat16.has(name);
    const isImage = !isProduct || (this.graph.shapeOf(narrow)?.length === 4 && !name.endsWith("BackpropFilter"));
    if (isImage) this.activations.add(keyOf(wide));
    return wide;
  }

  private register(name: string, node: GraphOutput, index: number, calledAt: () => string): TensorMetadata {
    const unused = unusedOutputs[name]?.includes(index);
    const shape = this.graph.shapeOf(node) ?? (unused ? [0] : undefined);
    if (shape === undefined || shape.some((size) => size < 0)) throw this.shapeUnknown(name, shape, calledAt());
    const dtype = this.graph.typeOf(node);
    const id = this.binding.tensors.add({ shape, dtype, node, operation: name });
    this.nodes.set(id, node);
    return { id, shape, dtype };
  }

  private shapeUnknown(operation: string, shape: readonly number[] | undefined, calledAt: string) {
    const sizes = shape?.map((size) => (size < 0 ? "?" : size)).join(", ") ?? "unknown rank";
    return simclrError(
      "SIMCLR_ERROR__RUNTIME__SHAPE_UNKNOWN_WHILE_RECORDING",
      { function: this.functionName, operation, calledAt },
      {
        expected: `${this.functionName} to use only operations whose shapes follow from its arguments' shapes`,
        received: `${operation} at ${calledAt}, whose result has the shape [${sizes}] before it runs`,
        remedy: "Replace it by an operation of fixed shape, such as tf.where with a mask, or call it outside.",
      },
    );
  }

  unsupported(operation: string, calledAt: () => string, what: string) {
    return simclrError(
      "SIMCLR_ERROR__RUNTIME__OPERATION_UNSUPPORTED",
      { function: this.functionName, operation, calledAt: calledAt() },
      {
        expected: `${this.functionName} to use only operations that can be compiled`,
        received: `${operation} at ${calledAt()}, ${what}`,
        remedy: "Replace the operation, call it outside the function, or compile with { xla: false }.",
      },
    );
  }
}
