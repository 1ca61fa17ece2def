import { layerPairs, type NamePair, nameTable, normPairs } from "./name-table.js";

/** torchvision's names of a ConvNeXt's variables: stages at odd numbers, what makes images smaller before them at even ones. */
export const torchvisionConvNextNames = nameTable([
  ...layerPairs("stem/patches", "features.0.0"),
  ...normPairs("stem/norm", "features.0.1"),
  ...normPairs("stage#/downsample/norm", "features.#.0", 2, -2),
  ...layerPairs("stage#/downsample/patches", "features.#.1", 2, -2),
  ...layerPairs("stage#/block#/depthwise", "features.#.#.block.0", 2, -1),
  ...normPairs("stage#/block#/norm", "features.#.#.block.2", 2, -1),
  ...layerPairs("stage#/block#/dense1", "features.#.#.block.3", 2, -1),
  ...layerPairs("stage#/block#/dense2", "features.#.#.block.5", 2, -1),
  ["stage#/block#/layerScale", "features.#.#.layer_scale", 2, -1],
  ...normPairs("norm", "classifier.0"),
]);

const block = (theirs: string, depthwise: string, dense: readonly [string, string]): NamePair[] => [
  ...layerPairs("stage#/block#/depthwise", `${theirs}.${depthwise}`, 1, -1),
  ...normPairs("stage#/block#/norm", `${theirs}.norm`, 1, -1),
  ...layerPairs("stage#/block#/dense1", `${theirs}.${dense[0]}`, 1, -1),
  ...layerPairs("stage#/block#/dense2", `${theirs}.${dense[1]}`, 1, -1),
  ["stage#/block#/layerScale", `${theirs}.gamma`, 1, -1],
];

/** The authors' names. */
export const authorsConvNextNames = nameTable([
  ...layerPairs("stem/patches", "downsample_layers.0.0"),
  ...normPairs("stem/norm", "downsample_layers.0.1"),
  ...normPairs("stage#/downsample/norm", "downsample_layers.#.0", 1, -1),
  ...layerPairs("stage#/downsample/patches", "downsample_layers.#.1", 1, -1),
  ...block("stages.#.#", "dwconv", ["pwconv1", "pwconv2"]),
  ...normPairs("norm", "norm"),
]);

/** timm's names. */
export const timmConvNextNames = nameTable([
  ...layerPairs("stem/patches", "stem.0"),
  ...normPairs("stem/norm", "stem.1"),
  ...normPairs("stage#/downsample/norm", "stages.#.downsample.0", 1, -1),
  ...layerPairs("stage#/downsample/patches", "stages.#.downsample.1", 1, -1),
  ...block("stages.#.blocks.#", "conv_dw", ["mlp.fc1", "mlp.fc2"]),
  ...normPairs("norm", "head.norm"),
]);
