import * as tf from "@tensorflow/tfjs-core";
import { type ShapeRule, shapeRules } from "./shape-kernels.js";

const backendName = "simclr-shapes";
let hasKernels = false;

/**
 * A backend of TensorFlow.js that computes shapes and no values: what a network would compute and keep, for the price of
 * walking through it. It counts multiplications and the bytes of what lives.
 */
class ShapeBackend extends tf.KernelBackend {
  multiplyAccumulates = 0;
  private readonly owned = new Map<object, { readonly bytes: number; references: number }>();

  get livingBytes(): number {
    return [...this.owned.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  allocate(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    const dataId = {};
    this.owned.set(dataId, {
      bytes: tf.util.sizeFromShape([...shape]) * tf.util.bytesPerElement(dtype),
      references: 1,
    });
    return { dataId, shape: [...shape], dtype };
  }

  override write(_: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.allocate(shape, dtype).dataId;
  }

  override incRef(dataId: object): void {
    const found = this.owned.get(dataId);
    if (found) found.references += 1;
  }

  override refCount(dataId: object): number {
    return this.owned.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const found = this.owned.get(dataId);
    if (!found) return true;
    found.references -= 1;
    if (!force && found.references > 0) return false;
    this.owned.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.owned.size;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    this.owned.clear();
  }
}

export type { ShapeBackend };

/** Runs a function on a {@link ShapeBackend} of its own, and gives the backend in use before it back its place. */
export function onShapeBackend<Result>(fn: (backend: ShapeBackend) => Result): Result {
  registerKernels();
  const previous = tf.getBackend();
  const backend = new ShapeBackend();
  tf.registerBackend(backendName, () => backend, -1);
  // Asynchronous in its signature alone, for backends that start asynchronously.
  void tf.setBackend(backendName);
  try {
    return tf.tidy(() => fn(backend) as Result & tf.TensorContainer) as Result;
  } finally {
    if (previous) void tf.setBackend(previous);
    tf.removeBackend(backendName);
  }
}

function registerKernels(): void {
  if (hasKernels) return;
  hasKernels = true;
  for (const [kernelName, rule] of shapeRules) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: (call) => run(kernelName, rule, call as KernelCall) });
  }
  const share = ({ inputs, attrs, backend }: KernelCall): tf.TensorInfo => {
    const { x } = inputs as { x: tf.TensorInfo };
    backend.incRef(x.dataId);
    const shape = attrs?.shape ? tf.util.inferFromImplicitShape(attrs.shape, tf.util.sizeFromShape(x.shape)) : x.shape;
    return { dataId: x.dataId, shape, dtype: x.dtype };
  };
  for (const kernelName of [tf.Identity, tf.Reshape])
    tf.registerKernel({ kernelName, backendName, kernelFunc: (call) => share(call as KernelCall) });
}

interface KernelCall {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly backend: ShapeBackend;
  readonly attrs?: { readonly shape?: number[]; readonly dtype?: tf.DataType };
}

function run(
  kernelName: string,
  rule: ShapeRule,
  { inputs, attrs, backend }: KernelCall,
): tf.TensorInfo | tf.TensorInfo[] {
  const given = Object.values(inputs) as tf.TensorInfo[];
  const shapes = given.map(({ shape }) => shape);
  const results = rule(shapes, attrs ?? {}).map((shape) => backend.allocate(shape, attrs?.dtype ?? "float32"));
  backend.multiplyAccumulates += rule.multiplyAccumulates?.(shapes, results[0]?.shape ?? [], attrs ?? {}) ?? 0;
  // A split in one part is a list of one; any other operation of one result is that result.
  return results.length === 1 && kernelName !== tf.SplitV ? (results[0] as tf.TensorInfo) : results;
}
