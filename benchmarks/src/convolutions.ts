// TensorFlow's convolution and its two gradients, as they are, against loops written out: which of them are wrong with
// oneDNN. The kernels of @simclr/runtime, which go around those, are not in the way here.
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { writeResult } from "./result.js";

/** The part of tfjs-node's backend that executes an operation by its name. */
interface Execution {
  readonly binding: { readonly TF_ATTR_INT: number; readonly TF_ATTR_STRING: number };
  executeSingleOutput(name: string, attributes: readonly object[], inputs: readonly tf.Tensor[]): tf.Tensor;
}

interface Case {
  readonly batch: number;
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
}

const runtime = await useTensorFlow({ device: "cpu" });
const backend = tf.backend() as unknown as Execution;
const small = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 13) - 6);

type Triple<T> = [T, T, T];

function addProduct(into: Float64Array, at: number, a = Number.NaN, b = Number.NaN): void {
  into[at] = (into[at] as number) + a * b;
}

/** The largest error of each operation; all numbers are small integers, so that a right result is exact. */
function errorsOf({ batch, size, inputs, outputs, kernel, stride }: Case): Record<string, number> {
  const out = Math.ceil(size / stride);
  const before = Math.floor(Math.max(0, (out - 1) * stride + kernel - size) / 2);
  const shapes = {
    x: [batch, size, size, inputs],
    w: [kernel, kernel, inputs, outputs],
    y: [batch, out, out, outputs],
  };
  const [x, w, y] = Object.values(shapes).map((shape) => small(tf.util.sizeFromShape(shape))) as Triple<Float32Array>;
  const [dx, dw, sum] = [x, w, y].map(({ length }) => new Float64Array(length)) as Triple<Float64Array>;
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < out; row++)
      for (let column = 0; column < out; column++)
        for (let a = 0; a < kernel; a++)
          for (let b = 0; b < kernel; b++) {
            const [i, j] = [row * stride + a - before, column * stride + b - before];
            if (i < 0 || j < 0 || i >= size || j >= size) continue;
            const [atX, atW, atY] = [((n * size + i) * size + j) * inputs, (a * kernel + b) * inputs * outputs, ((n * out + row) * out + column) * outputs]; // biome-ignore format: one line
            for (let u = 0; u < inputs; u++)
              for (let v = 0; v < outputs; v++) {
                const [ix, iw, iy] = [atX + u, atW + u * outputs + v, atY + v];
                addProduct(sum, iy, x[ix], w[iw]);
                addProduct(dx, ix, y[iy], w[iw]);
                addProduct(dw, iw, x[ix], y[iy]);
              }
          }
  return tf.tidy(() => {
    const tensors = Object.entries(shapes).map(([name, shape]) => tf.tensor({ x, w, y }[name] as Float32Array, shape));
    const [tx, tw, ty] = tensors as [tf.Tensor, tf.Tensor, tf.Tensor];
    const attributes = [
      { name: "strides", type: backend.binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
      { name: "padding", type: backend.binding.TF_ATTR_STRING, value: "SAME" },
    ];
    const error = (operation: string, operands: tf.Tensor[], expected: Float64Array) => {
      const actual = backend.executeSingleOutput(operation, attributes, operands).dataSync();
      return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (actual[i] as number))), 0);
    };
    return {
      Conv2D: error("Conv2D", [tx, tw], sum),
      Conv2DBackpropInput: error("Conv2DBackpropInput", [tf.tensor1d(shapes.x, "int32"), tw, ty], dx),
      Conv2DBackpropFilter: error("Conv2DBackpropFilter", [tx, tf.tensor1d(shapes.w, "int32"), ty], dw),
    };
  });
}

const channels = { inputs: [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 32], outputs: [1, 3, 4, 7, 8, 9, 16, 24, 32, 40, 64] };
let count = 0;
const wrong: (Case & { operation: string; error: number })[] = [];
for (const [batch, size] of [[2, 8], [3, 9], [4, 14]] as const) // biome-ignore format: one line
  for (const kernel of [1, 3, 7])
    for (const stride of [1, 2, 3])
      for (const inputs of channels.inputs)
        for (const outputs of channels.outputs) {
          const one = { batch, size, inputs, outputs, kernel, stride };
          count++;
          for (const [operation, error] of Object.entries(errorsOf(one)))
            if (error > 0.01) wrong.push({ operation, ...one, error });
        }
const kinds = wrong.map(({ operation, kernel, stride }) => `${operation}, ${kernel} x ${kernel}, stride ${stride}`);
writeResult("convolutions", {
  what: "TensorFlow's Conv2D and its gradients against loops written out, NHWC, SAME, float32",
  onednn: process.env.TF_ENABLE_ONEDNN_OPTS,
  versions: { tensorflow: runtime.version },
  casesOfEachOperation: count,
  wrong: Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length])),
  wrongWithMostChannels: wrong.sort((a, b) => b.inputs * b.outputs - a.inputs * a.outputs).slice(0, 3),
});
process.exit(0);
