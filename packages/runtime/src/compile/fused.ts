import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import { GraphRecorder } from "./recorder.js";

/** `canFuse` of @simclr/core on this backend: where operations are recorded to run one by one, outside of gradients. */
export function canFuse({ binding: { recorder } }: TensorFlowBackend): boolean {
  return recorder instanceof GraphRecorder && !recorder.xla && tf.engine().state.gradientDepth === 0;
}

/** `fused` of @simclr/core on this backend: a program of XLA's that the recording calls. Inside another one it is a part of that. */
export function fused<T extends tf.Tensor>(backend: TensorFlowBackend, fn: () => T): T {
  const { binding } = backend;
  const outer = binding.recorder as GraphRecorder;
  if (outer.options.outer) return tf.tidy(fn);
  const part = new GraphRecorder(binding, { ...outer.options, outer });
  try {
    binding.recorder = part;
    const result = tf.tidy(fn);
    binding.recorder = outer;
    const id = backend.getInputTensorIds([result])[0] as number;
    if (part.hasMade(id)) outer.callPart(part, id);
    return result;
  } finally {
    binding.recorder = outer;
    part.graph.delete();
  }
}
