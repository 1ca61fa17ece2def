import * as tf from "@tensorflow/tfjs-core";

/**
 * Notes every tensor that TensorFlow.js makes from now on. A tidy frees what was not kept; a gradient that is left by
 * an error leaves behind what it kept for its backward pass.
 */
export function trackTensors(): { stop(options: { dispose: boolean }): void } {
  const engine = tf.engine() as unknown as { track<T extends tf.Tensor>(tensor: T): T };
  const made: tf.Tensor[] = [];
  const { track } = engine;
  engine.track = (tensor) => {
    made.push(tensor);
    return track.call(engine, tensor) as typeof tensor;
  };
  return {
    stop({ dispose }) {
      Reflect.deleteProperty(engine, "track"); // the method of the class shows again
      if (dispose) for (const tensor of made) if (!tensor.isDisposed) tensor.dispose();
    },
  };
}
