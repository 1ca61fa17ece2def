import * as tf from "@tensorflow/tfjs-core";
import { registerKernel } from "./kernel.js";

/**
 * Replaces the gradients of TensorFlow.js that upload arrays of ones of an activation's size. The registry of gradients
 * is one for all backends: each of these is right, and no slower, on every other.
 */
export function registerGradients(): void {
  registerKernel<"dy" | "y", unknown>("ReluGrad", ({ dy, y }, _, backend) =>
    backend.executeSingleOutput("ReluGrad", [], [dy, y]),
  );
  tf.registerGradient({
    kernelName: "ReluGrad",
    inputsToSave: ["y"],
    gradFunc: (dy, saved) => {
      const inputs = { dy: dy as tf.Tensor, y: saved[0] as tf.Tensor };
      const gradient = () => tf.engine().runKernel<tf.Tensor>("ReluGrad", inputs);
      return { dy: gradient, y: () => tf.zerosLike(inputs.y) };
    },
  });
  tf.registerGradient({
    kernelName: tf.Relu,
    // The output serves as well as the input, and what follows keeps it anyway.
    outputsToSave: [true],
    gradFunc: (dy, saved) => {
      const inputs = { dy: dy as tf.Tensor, y: saved[0] as tf.Tensor };
      const isFused = tf.getKernel("ReluGrad", tf.getBackend()) !== undefined;
      const composed = () => tf.mul(inputs.dy, tf.cast(tf.step(inputs.y), "float32"));
      return { x: () => (isFused ? tf.engine().runKernel<tf.Tensor>("ReluGrad", inputs) : composed()) };
    },
  });
  tf.registerGradient({
    kernelName: tf.Sum,
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attributes) => ({ x: () => spread(dy as tf.Tensor, saved[0] as tf.Tensor, attributes) }),
  });
  tf.registerGradient({
    kernelName: tf.Mean,
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attributes) => {
      const [x] = saved as [tf.Tensor];
      const share = () => tf.div(dy as tf.Tensor, x.size / (dy as tf.Tensor).size);
      return { x: () => spread(share(), x, attributes) };
    },
  });
}

/** Repeats a reduced tensor along the axes that it was reduced along. */
function spread(dy: tf.Tensor, x: tf.Tensor, attributes: tf.NamedAttrMap): tf.Tensor {
  const axes = tf.util.parseAxisParam(attributes.axis as number | number[], x.shape);
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return tf.broadcastTo(tf.reshape(dy, shape), x.shape);
}
