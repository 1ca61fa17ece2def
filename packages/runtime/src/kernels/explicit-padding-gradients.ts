import { after } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { backendName } from "../backend/backend.js";
import { registerKernel } from "./kernel.js";

interface Attributes {
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
}

/**
 * Gradients of convolutions with zeros of a given width around the image, which tfjs-node lacks: those of the padded image.
 * TensorFlow has operations for them, but not oneDNN's, and they take two to seven times as long.
 *
 * The padded image is made anew for the backward pass: kept since the forward pass, it would be the largest tensor of its layer.
 */
export function registerExplicitPaddingGradients(): void {
  const original = (name: string) => tf.getKernel(name, backendName).kernelFunc;
  const [ofInput, ofFilter] = [original(tf.Conv2DBackpropInput), original(tf.Conv2DBackpropFilter)];
  registerKernel<"dy" | "filter", Attributes & { readonly inputShape: readonly number[] }>(
    tf.Conv2DBackpropInput,
    ({ dy, filter }, attributes, backend) => {
      const { inputShape } = attributes;
      const paddings = explicit(attributes);
      if (!paddings) return ofInput({ inputs: { dy, filter }, attrs: { ...attributes }, backend }) as tf.Tensor;
      const paddedShape = inputShape.map((size, axis) => size + sum(paddings[axis]));
      const attrs = { ...attributes, pad: "valid", inputShape: paddedShape };
      const padded = ofInput({ inputs: { dy, filter }, attrs, backend }) as tf.Tensor;
      return tf.slice(padded, paddings.map(([before]) => before), [...inputShape]); // biome-ignore format: one line
    },
  );
  registerKernel<"x" | "dy", Attributes>(tf.Conv2DBackpropFilter, ({ x, dy }, attributes, backend) => {
    const paddings = explicit(attributes);
    if (!paddings) return ofFilter({ inputs: { x, dy }, attrs: { ...attributes }, backend }) as tf.Tensor;
    const padded = after(dy, () => tf.pad(x, paddings));
    return ofFilter({ inputs: { x: padded, dy }, attrs: { ...attributes, pad: "valid" }, backend }) as tf.Tensor;
  });
}

/** The zeros before and behind each axis, where there are any of a given width. */
const explicit = ({ pad }: Attributes) =>
  typeof pad === "object" ? pad.map(([before, behind]): [number, number] => [before, behind]) : undefined;

const sum = (around: readonly number[] | undefined) => (around ?? []).reduce((total, size) => total + size, 0);
