import { type Attribute, AttributeType, setAttribute } from "../binding/attributes.js";
import type { GraphOutput } from "../binding/c-api.js";
import { bytesPerElement, DataType, elementCount } from "../binding/data-types.js";
import { type HostValues, newHostTensor } from "../binding/host-tensor.js";
import type { Native } from "../binding/native.js";
import { Lifetimes } from "./lifetimes.js";
import { type OperationDefinition, operationDefinition } from "./operation-definition.js";

/** A TF_Graph that grows by one operation at a time. */
export class Graph {
  readonly address: bigint;
  /** What the next operations wait for besides their inputs. */
  readonly controlInputs: bigint[] = [];
  /** Of a graph within another one: its operations in their order, with their inputs by number. */
  private readonly lines: string[] = [];
  private readonly numbers = new Map<bigint, number>();
  private readonly lifetimes = new Lifetimes();
  /** For the names of operations, which a graph within another one does not share with it. */
  private readonly operations: { count: number };

  /** @param outer the graph that calls the function of this one */
  constructor(
    private readonly native: Native,
    private readonly outer?: Graph,
  ) {
    this.address = native.api.TF_NewGraph();
    this.operations = outer?.operations ?? { count: 0 };
  }

  /** What a graph within another one computes for an output: the same for all that compute the same. */
  textOf(output: GraphOutput): string {
    return [...this.lines, this.reference(output)].join("\n");
  }

  private reference({ oper, index }: GraphOutput): string {
    return `${this.numbers.get(oper)}:${index}`;
  }

  definition(name: string): OperationDefinition | undefined {
    return operationDefinition(this.native, this.address, name);
  }

  /** The name that the next operation gets; TensorFlow's messages call it so. */
  get nextName(): string {
    return `n${this.operations.count}`;
  }

  /** @throws SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED when the inputs do not fit, as it would when it ran */
  add(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly GraphOutput[],
    constant?: { readonly tensor: bigint; readonly values: HostValues; readonly shape: readonly number[] },
  ): bigint {
    const { api, status } = this.native;
    const definition = this.definition(name) ?? { inputs: [], inferred: new Set<string>() };
    const operation = api.TF_NewOperation(this.address, name, this.nextName);
    this.operations.count++;
    let next = 0;
    for (const { isList, countAttribute } of definition.inputs) {
      if (!isList) {
        const input = inputs[next++];
        if (input) api.TF_AddInput(operation, input);
        continue;
      }
      const stated = attributes.find((attribute) => attribute.name === countAttribute)?.value as number | undefined;
      const count = stated ?? inputs.length - (definition.inputs.length - 1);
      api.TF_AddInputList(operation, outputsInMemory(inputs.slice(next, next + count)), count);
      next += count;
    }
    for (const input of this.controlInputs) api.TF_AddControlInput(operation, input);
    for (const attribute of attributes) {
      if (!definition.inferred.has(attribute.name)) setAttribute(api, "TF_", operation, attribute, status);
    }
    if (constant) api.TF_SetAttrTensor(operation, "value", constant.tensor, status.address);
    const finished = api.TF_FinishOperation(operation, status.address);
    status.check(name);
    if (name !== "Placeholder") this.lifetimes.add(finished, inputs);
    if (this.outer) {
      const values =
        constant &&
        Array.from(constant.values as Iterable<unknown>, (value) => (Object.is(value, -0) ? "-0" : String(value)));
      this.numbers.set(finished, this.numbers.size);
      this.lines.push(
        JSON.stringify([name, attributes, inputs.map((input) => this.reference(input)), constant?.shape, values]),
      );
    }
    return finished;
  }

  placeholder(shape: readonly number[], dtype: number): GraphOutput {
    const attributes = [
      { name: "dtype", type: AttributeType.type, value: dtype },
      { name: "shape", type: AttributeType.shape, value: shape },
    ];
    return { oper: this.add("Placeholder", attributes, []), index: 0 };
  }

  constant(shape: readonly number[], dtype: number, values: HostValues): GraphOutput {
    const tensor = newHostTensor(this.native.api, shape, dtype, values);
    const attributes = [{ name: "dtype", type: AttributeType.type, value: dtype }];
    const oper = this.add("Const", attributes, [], { tensor, values, shape });
    this.native.api.TF_DeleteTensor(tensor);
    return { oper, index: 0 };
  }

  /** A large uniform array as one number. TensorFlow.js makes ones and zeros of an activation's size in several gradients. */
  fill(shape: readonly number[], dtype: number, value: number): GraphOutput {
    const dimensions = this.constant([shape.length], DataType.int32, Int32Array.from(shape));
    return { oper: this.add("Fill", [], [dimensions, this.constant([], dtype, [value])]), index: 0 };
  }

  cast(input: GraphOutput, dtype: number): GraphOutput {
    return { oper: this.add("Cast", [{ name: "DstT", type: AttributeType.type, value: dtype }], [input]), index: 0 };
  }

  typeOf(output: GraphOutput): number {
    return this.native.api.TF_OperationOutputType(output);
  }

  /** The shape as TensorFlow infers it: sizes that depend on values are -1; undefined if not even the rank is known. */
  shapeOf(output: GraphOutput): number[] | undefined {
    const { api, status } = this.native;
    const rank = api.TF_GraphGetTensorNumDims(this.address, output, status.address);
    status.check("the inference of a shape");
    if (rank < 0) return undefined;
    const sizes = new BigInt64Array(rank);
    if (rank > 0) api.TF_GraphGetTensorShape(this.address, output, sizes, rank, status.address);
    return Array.from(sizes, Number);
  }

  /** About as many bytes as the graph needs at once, besides its inputs: where operations run in their order. */
  peakBytes(results: readonly GraphOutput[]): number {
    const bytesOf = (output: GraphOutput) => {
      const elements = elementCount(this.shapeOf(output) ?? []);
      return Math.max(elements, 0) * (bytesPerElement[this.typeOf(output)] ?? 2);
    };
    return this.lifetimes.peakBytes(bytesOf, results);
  }

  /** Calls the function that another graph has become, as one program of XLA's whatever the rest is; one output. */
  call(name: string, inputs: readonly GraphOutput[], shape: readonly number[]): GraphOutput {
    const { api, status } = this.native;
    const operation = api.TF_NewOperation(this.address, name, this.nextName);
    this.operations.count++;
    for (const input of inputs) api.TF_AddInput(operation, input);
    setAttribute(api, "TF_", operation, { name: "_XlaMustCompile", type: AttributeType.bool, value: true }, status);
    const output = { oper: api.TF_FinishOperation(operation, status.address), index: 0 };
    status.check(name);
    this.lifetimes.add(output.oper, inputs);
    // TensorFlow does not look into the function for it.
    api.TF_GraphSetTensorShape(this.address, output, BigInt64Array.from(shape, BigInt), shape.length, status.address);
    status.check(name);
    return output;
  }

  /** Makes the whole graph a function of the eager context, and of the graph around it. */
  toFunction(name: string, inputs: readonly GraphOutput[], outputs: readonly GraphOutput[]): void {
    const { api, status, context } = this.native;
    const created = api.TF_GraphToFunction(
      ...([this.address, name, 0, -1, null, inputs.length, outputsInMemory(inputs)] as const),
      ...([outputs.length, outputsInMemory(outputs), null, null, "", status.address] as const),
    );
    status.check(`the function ${name}`);
    api.TFE_ContextAddFunction(context, created, status.address);
    if (this.outer && status.ok) api.TF_GraphCopyFunction(this.outer.address, created, null, status.address);
    api.TF_DeleteFunction(created);
    status.check(`the function ${name}`);
  }

  delete(): void {
    this.native.api.TF_DeleteGraph(this.address);
  }
}

/** TF_Output structures, one after the other: an address and an index, padded to 16 bytes. */
export function outputsInMemory(outputs: readonly GraphOutput[]): BigUint64Array {
  return BigUint64Array.from(outputs.flatMap(({ oper, index }) => [oper, BigInt(index)]));
}
