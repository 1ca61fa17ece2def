import { type ResnetDepth, resnetDepths, resnetShapes } from "@simclr/backbones";
import { unknownArchitecture } from "../errors.js";
import type { FoundTensor } from "./found-encoder.js";

/** A convolution and its batch norm, by the names of our variables: `kernel`, `scale`, `offset`, `mean`, `variance`. */
export type OrderedLayer = Readonly<Partial<Record<string, FoundTensor>>>;

/** The kernels of a ResNet with a projection in every group: the stem's, and for each block the shortcut's and two or three. */
const kernelPaths = (depth: ResnetDepth): string[] =>
  Object.keys(resnetShapes({ depth, width: 1 / 64 }).params).filter((path) => path.endsWith("/kernel"));

/**
 * The layers of google-research/simclr's ResNet, in the order in which it makes them, by our paths. Both orders are the same:
 * the stem, then of every block its shortcut before its convolutions.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function byPath(layers: readonly OrderedLayer[], names: readonly string[]): Map<string, FoundTensor> {
  const kernels = resnetDepths.map(kernelPaths).find((paths) => paths.length === layers.length);
  if (!kernels) {
    throw unknownArchitecture(`${layers.length} convolutions make no ResNet without selective kernels`, names);
  }
  const found = new Map<string, FoundTensor>();
  for (const [i, kernel] of kernels.entries()) {
    for (const [variable, tensor] of Object.entries(layers[i] as OrderedLayer)) {
      if (!tensor) continue;
      const at = variable === "kernel" ? kernel : kernel.replace(/conv(\d+)\/kernel$/, `norm$1/${variable}`);
      found.set(at, tensor);
    }
  }
  return found;
}

/** TensorFlow's names of a batch norm's variables. */
export const normVariables: Readonly<Record<string, string>> = {
  gamma: "scale",
  beta: "offset",
  moving_mean: "mean",
  moving_variance: "variance",
};
