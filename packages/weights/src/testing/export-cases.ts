import {
  backboneFromSpec,
  type ConvNextOptions,
  imagenetNormalization,
  type ResnetOptions,
  type VitOptions,
} from "@simclr/backbones";
import { disposeTree, type ModelSpec, mapTree, type Parameters, randomKey } from "@simclr/core";
import type { ExportableEncoder, ExportEncoderOptions } from "../index.js";
import { noise } from "./noise.js";

/** What an encoder is; without a kind a ResNet. */
export type KnownOptions =
  | ResnetOptions
  | ({ readonly kind: "vit" } & VitOptions)
  | ({ readonly kind: "convnext" } & ConvNextOptions);

const vit = { kind: "vit", width: 16, depth: 2, headCount: 2, patchSize: 4, imageSize: 16 } as const;
const convNext = { kind: "convnext", depths: [2, 1, 1], widths: [6, 8, 12] } as const;

/** Encoders whose exports other programs have run; what they gave is in fixtures/exports.json. */
export const exportCases: readonly {
  readonly name: string;
  readonly options: KnownOptions;
  readonly exported: ExportEncoderOptions;
  readonly imagesShape: readonly [number, number, number, number];
}[] = [
  {
    name: "simclr-18",
    options: { depth: 18, width: 1 / 32 },
    exported: { format: "onnx" },
    imagesShape: [2, 64, 70, 3],
  },
  {
    name: "torchvision-50",
    options: { depth: 50, width: 1 / 32, variant: "torchvision", normalization: imagenetNormalization },
    exported: { format: "onnx" },
    imagesShape: [2, 65, 48, 3],
  },
  {
    name: "cifar-18",
    options: { depth: 18, width: 1 / 32, stem: "cifar", stemActivation: "none" },
    exported: { format: "onnx" },
    imagesShape: [3, 17, 16, 3],
  },
  {
    name: "simclr2-50",
    options: { depth: 50, width: 1 / 32, selectiveKernels: 0.0625, squeezeExcite: 0.25 },
    exported: { format: "onnx" },
    imagesShape: [2, 65, 70, 3],
  },
  {
    name: "torchvision-18",
    options: { depth: 18, width: 1 / 32, variant: "torchvision" },
    exported: { format: "torchvision", classCount: 3 },
    imagesShape: [2, 64, 70, 3],
  },
  {
    name: "torchvision-18-se",
    options: { depth: 18, width: 1 / 32, variant: "torchvision", squeezeExcite: 0.5, resnetD: true },
    exported: { format: "torchvision", classCount: 3 },
    imagesShape: [2, 64, 70, 3],
  },
  {
    name: "torchvision-50-sk-se",
    options: { depth: 50, width: 1 / 32, selectiveKernels: 0.0625, squeezeExcite: 0.25 },
    exported: { format: "torchvision", classCount: 3 },
    imagesShape: [2, 64, 72, 3],
  },
  {
    name: "vit",
    options: { ...vit, hiddenRatio: 2.5, normalization: imagenetNormalization },
    exported: { format: "onnx" },
    imagesShape: [3, 16, 16, 3],
  },
  {
    name: "vit-mean",
    options: { ...vit, positions: "sincos", pool: "mean" },
    exported: { format: "onnx" },
    imagesShape: [3, 16, 16, 3],
  },
  {
    name: "convnext",
    options: { ...convNext, normalization: imagenetNormalization },
    exported: { format: "onnx" },
    imagesShape: [2, 44, 36, 3],
  },
  {
    name: "torchvision-vit",
    options: { ...vit, hiddenRatio: 2.5 },
    exported: { format: "torchvision", classCount: 3 },
    imagesShape: [3, 16, 16, 3],
  },
  {
    name: "torchvision-vit-sincos",
    options: { ...vit, positions: "sincos" },
    exported: { format: "torchvision", classCount: 3 },
    imagesShape: [3, 16, 16, 3],
  },
  {
    name: "torchvision-convnext",
    options: convNext,
    exported: { format: "torchvision", classCount: 3 },
    imagesShape: [2, 44, 36, 3],
  },
];

/** A network of the numbers of {@link noise}. */
export function knownEncoder(options: KnownOptions): ExportableEncoder {
  const { spec, init } = backboneFromSpec({ kind: "resnet", ...options } as unknown as ModelSpec);
  const made = init(randomKey(0));
  const known = (parameters: Parameters) =>
    mapTree(parameters, ({ shape }, path) => {
      if (path.endsWith("/scale") || path.endsWith("/variance")) return noise(path, shape, 0.25, 1);
      if (!path.endsWith("/kernel")) return noise(path, shape, 0.25);
      if (path.endsWith("/depthwise/kernel")) return noise(path, shape, Math.sqrt(3 / 49));
      return noise(path, shape, Math.sqrt(3 / shape.slice(0, -1).reduce((product, size) => product * size, 1)));
    });
  const [params, state] = [known(made.params), known(made.state)];
  disposeTree([made.params, made.state]);
  return { spec, params, state };
}
