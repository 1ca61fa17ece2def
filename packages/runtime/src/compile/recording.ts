import type { TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import type { GraphOutput } from "../binding/c-api.js";
import type { Native } from "../binding/native.js";
import type { Graph } from "./graph.js";
import type { NativeFunction } from "./native-function.js";
import { GraphRecorder } from "./recorder.js";
import { putTogether, type Structure, takeApart } from "./structure.js";
import { trackTensors } from "./track-tensors.js";
import { watchVariables } from "./variables.js";

/** Where a tensor comes from that the function takes or passes on: an argument, a variable's value, or a handle kept. */
export type Source =
  | { readonly argument: number }
  | { readonly variable: tf.Variable }
  | { readonly handle: bigint; readonly shape: readonly number[]; readonly dtype: number };

/** Where a tensor of the result comes from: out of the function, or past it. */
type Result = Source | { readonly output: number; readonly shape: readonly number[]; readonly dtype: number };

/** A function as TensorFlow has it, for arguments of one form. */
export interface Recording {
  readonly functionName: string;
  readonly called: NativeFunction;
  readonly inputs: readonly Source[];
  readonly results: readonly Result[];
  readonly structure: Structure;
  /** The variables that the function assigns; their values are the last results. */
  readonly assigned: readonly tf.Variable[];
  /** Handles of tensors from outside, the recording's own. */
  readonly handles: readonly bigint[];
  /** Names of functions that the recording calls. */
  readonly parts: readonly string[];
  readonly native: Native;
  /** About as much as a call needs at once, in TensorFlow's pool. */
  readonly peakBytes: number;
  readonly operationCount: number;
  /** What the graph's nodes are, while the function has not run yet; afterwards no message names them. */
  recorder: GraphRecorder | undefined;
  /** What the function was made of, where `keepGraph` asked for it. */
  readonly graph: RecordedGraph | undefined;
}

export interface RecordedGraph {
  readonly graph: Graph;
  readonly inputs: readonly GraphOutput[];
  readonly outputs: readonly GraphOutput[];
  readonly origins: GraphRecorder["origins"];
}

export interface RecordOptions {
  readonly functionName: string;
  readonly nativeName: string;
  readonly xla: boolean;
  readonly precision: "float32" | "bfloat16";
  readonly keepGraph: boolean;
}

/**
 * Runs a function once over tensors without values and makes what it did a function of TensorFlow. Leaves no tensor
 * behind, and, if the function throws, nothing at all.
 */
export function record(
  backend: TensorFlowBackend,
  fn: (...trees: TensorTree[]) => TensorTree,
  argumentStructure: Structure,
  argumentTensors: readonly tf.Tensor[],
  { functionName, nativeName, xla, precision, keepGraph }: RecordOptions,
): Recording {
  const { binding } = backend;
  const { api, status } = binding.native;
  const entries = backend.getInputTensorIds(argumentTensors).map((id) => binding.tensors.get(id));
  const recorder = new GraphRecorder(binding, { functionName, precision, xla });
  const variables = watchVariables(backend, functionName);
  const tracked = trackTensors();
  const handles = new Map<number, bigint>();

  const kept = (id: number): Source => {
    const variable = variables.ofTensor(id);
    if (variable) return { variable };
    const handle = handles.get(id) ?? api.TFE_TensorHandleCopySharingTensor(binding.handleOf(id), status.address);
    handles.set(id, handle);
    const { shape, dtype } = binding.tensors.get(id);
    return { handle, shape, dtype };
  };
  const outputs: GraphOutput[] = [];
  const resultOf = (tensor: tf.Tensor): Result => {
    const id = backend.getInputTensorIds([tensor])[0] as number;
    const { argument, handle, shape, dtype } = binding.tensors.get(id);
    if (argument !== undefined) return { argument };
    if (handle !== undefined) return kept(id);
    return { output: outputs.push(recorder.nodeOf(id)) - 1, shape, dtype };
  };

  const isRecorded = (tensor: tf.Tensor) =>
    !tensor.isDisposed &&
    !(tensor instanceof tf.Variable) &&
    binding.tensors.isRecorded(backend.tensorMap.get(tensor.dataId).id);

  const runFunction = (): Recording => {
    const proxies = entries.map(({ shape, dtype }, i) =>
      backend.createOutputTensor(recorder.argument(i, shape, dtype)),
    );
    const trees = putTogether(argumentStructure, proxies) as readonly TensorTree[];
    const { structure, tensors } = takeApart(fn(...trees), functionName);
    const assigned = variables.assigned();
    const results = [...tensors, ...assigned].map(resultOf);
    const inputs = recorder.inputs.map(({ source }) => ("argument" in source ? source : kept(source.outside)));
    const nodes = recorder.inputs.map(({ node }) => node);
    recorder.graph.toFunction(nativeName, nodes, outputs);
    // A result that the function kept, out of a gradient's scope for example, has no scope left to free it.
    for (const tensor of tensors) if (isRecorded(tensor)) tensor.dispose();
    const called = { name: nativeName, xla, outputCount: outputs.length };
    return {
      functionName,
      called,
      inputs,
      results,
      structure,
      assigned,
      handles: [...handles.values()],
      parts: [...recorder.parts.values()],
      native: binding.native,
      peakBytes: xla ? 0 : recorder.graph.peakBytes(outputs),
      operationCount: recorder.origins.size,
      recorder,
      graph: keepGraph ? { graph: recorder.graph, inputs: nodes, outputs, origins: recorder.origins } : undefined,
    };
  };

  let recording: Recording | undefined;
  try {
    binding.recorder = recorder;
    // The recording is no tensor container; a tidy hands on what it does not know.
    tf.tidy(() => {
      recording = runFunction();
    });
    return recording as Recording;
  } finally {
    binding.recorder = undefined;
    variables.restore();
    tracked.stop({ dispose: recording === undefined });
    if (!recording?.graph) recorder.graph.delete();
    if (!recording) {
      for (const handle of handles.values()) api.TFE_DeleteTensorHandle(handle);
      removeFunctions(binding.native, recorder.parts.values());
    }
  }
}

/** Gives back what a recording holds. Calls under way end as they would have. */
export function freeRecording({ native, called, handles, parts, graph }: Recording): void {
  removeFunctions(native, [called.name, ...parts]);
  for (const handle of handles) native.api.TFE_DeleteTensorHandle(handle);
  graph?.graph.delete();
}

function removeFunctions({ api, context, status }: Native, names: Iterable<string>): void {
  for (const name of names) api.TFE_ContextRemoveFunction(context, name, status.address);
}
