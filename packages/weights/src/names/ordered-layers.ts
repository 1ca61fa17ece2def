import { resnetDepths, resnetShapes } from "@simclr/backbones";
import { unknownArchitecture } from "../errors.js";
import type { FoundTensor } from "./found-encoder.js";

/** A layer's variables by our names of them: `kernel` and perhaps `bias`; `scale`, `offset`, `mean`, `variance`. */
export type OrderedLayer = Readonly<Partial<Record<string, FoundTensor>>>;

/**
 * Convolutions and batch norms, each in the order in which google-research/simclr makes them: the stem, then of every block its
 * shortcut, its convolutions and its gate. It is the order of our variables too.
 */
export interface OrderedLayers {
  readonly convolutions: readonly OrderedLayer[];
  readonly norms: readonly OrderedLayer[];
}

interface Order {
  /** `group1/block0/conv1`, `group1/block0/squeezeExcite/reduce`. */
  readonly convolutions: readonly string[];
  /** Kernels' sizes in pixels, by which networks are told apart. */
  readonly sizes: string;
  readonly norms: readonly string[];
}

/** Of every depth with and without selective kernels, gates and ResNet-D's stem, made when it is asked for. */
function* orders(): Generator<Order> {
  for (const depth of resnetDepths) {
    for (const selectiveKernels of depth >= 50 ? [0, 0.5] : [0]) {
      for (const squeezeExcite of [0, 0.5]) {
        for (const [stem, resnetD] of [
          ["imagenet", false],
          ["imagenet", true],
          ["cifar", false],
        ] as const) {
          const options = { depth, width: 1 / 64, selectiveKernels, squeezeExcite, stem, resnetD };
          const shapes = Object.entries(resnetShapes(options).params);
          const below = (ending: string) => shapes.filter(([path]) => path.endsWith(ending));
          const kernels = below("/kernel");
          yield {
            convolutions: kernels.map(([path]) => path.replace(/\/kernel$/, "")),
            sizes: kernels.map(([, [size]]) => size).join(),
            norms: below("/scale").map(([path]) => path.replace(/\/scale$/, "")),
          };
        }
      }
    }
  }
}

/**
 * The layers of google-research/simclr's ResNet by our paths.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function byPath(
  { convolutions, norms }: OrderedLayers,
  names: readonly string[],
): ReadonlyMap<string, FoundTensor> {
  const sizes = convolutions.map(({ kernel }) => kernel?.tensor.shape[0]).join();
  let order: Order | undefined;
  for (const each of orders()) {
    if (each.sizes !== sizes || each.norms.length !== norms.length) continue;
    order = each;
    break;
  }
  if (!order) {
    throw unknownArchitecture(
      `${convolutions.length} convolutions and ${norms.length} batch norms make no ResNet`,
      names,
    );
  }
  const found = new Map<string, FoundTensor>();
  const put = (paths: readonly string[], layers: readonly OrderedLayer[]) => {
    for (const [i, path] of paths.entries()) {
      for (const [variable, tensor] of Object.entries(layers[i] as OrderedLayer)) {
        if (tensor) found.set(`${path}/${variable}`, tensor);
      }
    }
  };
  put(order.convolutions, convolutions);
  put(order.norms, norms);
  return found;
}

/** TensorFlow's names of a layer's variables. */
export const layerVariables: Readonly<Record<string, string>> = {
  kernel: "kernel",
  bias: "bias",
  gamma: "scale",
  beta: "offset",
  moving_mean: "mean",
  moving_variance: "variance",
};
