import { type Attribute, AttributeType, setAttribute } from "../binding/attributes.js";
import type { GraphOutput } from "../binding/c-api.js";
import { DataType } from "../binding/data-types.js";
import { type HostValues, newHostTensor } from "../binding/host-tensor.js";
import type { Native } from "../binding/native.js";
import { type OperationDefinition, operationDefinition } from "./operation-definition.js";

/** A TF_Graph that grows by one operation at a time. */
export class Graph {
  readonly address: bigint;
  private operations = 0;

  constructor(private readonly native: Native) {
    this.address = native.api.TF_NewGraph();
  }

  definition(name: string): OperationDefinition | undefined {
    return operationDefinition(this.native, this.address, name);
  }

  /** The name that the next operation gets; TensorFlow's messages call it so. */
  get nextName(): string {
    return `n${this.operations}`;
  }

  /** @throws SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED when the inputs do not fit, as it would when it ran */
  add(name: string, attributes: readonly Attribute[], inputs: readonly GraphOutput[], tensor?: bigint): bigint {
    const { api, status } = this.native;
    const definition = this.definition(name) ?? { inputs: [], inferred: new Set<string>() };
    const operation = api.TF_NewOperation(this.address, name, this.nextName);
    this.operations++;
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
    for (const attribute of attributes) {
      if (!definition.inferred.has(attribute.name)) setAttribute(api, "TF_", operation, attribute, status);
    }
    if (tensor !== undefined) api.TF_SetAttrTensor(operation, "value", tensor, status.address);
    const finished = api.TF_FinishOperation(operation, status.address);
    status.check(name);
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
    const oper = this.add("Const", attributes, [], tensor);
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

  /** Makes the whole graph a function of the eager context. */
  toFunction(name: string, inputs: readonly GraphOutput[], outputs: readonly GraphOutput[]): void {
    const { api, status, context } = this.native;
    const created = api.TF_GraphToFunction(
      ...([this.address, name, 0, -1, null, inputs.length, outputsInMemory(inputs)] as const),
      ...([outputs.length, outputsInMemory(outputs), null, null, "", status.address] as const),
    );
    status.check(`the function ${name}`);
    api.TFE_ContextAddFunction(context, created, status.address);
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
