import type { HostTensor } from "@simclr/core";
import type { OnnxAttribute } from "./onnx-messages.js";

/** What operations take beside each other's outputs; all return the initializer's name. */
export interface OnnxContext {
  tensor(name: string, tensor: HostTensor): string;
  /** Numbers of int64, for shapes and axes. */
  whole(name: string, values: readonly number[]): string;
  /** Of a variable, in PyTorch's layout. */
  variable(path: string): string;
  /** One number a channel of an image. */
  channelwise(name: string, values: HostTensor["values"]): string;
  value(path: string): HostTensor;
}

export const int = (name: string, i: number): OnnxAttribute => ({ name, type: "INT", i });
export const ints = (name: string, ...values: number[]): OnnxAttribute => ({ name, type: "INTS", ints: values });
