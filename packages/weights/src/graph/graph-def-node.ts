import type { HostTensor } from "@simclr/core";

/** A node of a TensorFlow graph as JSON. */
export interface GraphDefNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

/** What operations take beside each other's outputs. */
export interface GraphDefContext {
  constant(name: string, tensor: HostTensor): GraphDefNode;
  value(path: string): HostTensor;
  /** A variable as a node of its path, its numbers perhaps in another shape. */
  variable(path: string, shape?: readonly number[]): GraphDefNode;
}

export const float = { type: "DT_FLOAT" };
export const text = (value: string) => ({ s: btoa(value) });
export const ints = (values: readonly number[]) => ({ list: { i: values.map(String) } });
export const shapeOf = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
export const common = { T: float, data_format: text("NHWC") };
