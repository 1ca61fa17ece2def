import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { backboneFromSpec, imagenetNormalization, inceptionNormalization } from "@simclr/backbones";
import { disposeTree, type Json, randomKey, withPrefix } from "@simclr/core";
import { noHead } from "@simclr/heads";
import { useTensorFlow } from "@simclr/runtime";
import { checkpointPath, saveCheckpoint } from "@simclr/training";
import {
  type EncoderSpec,
  type ImportEncoderOptions,
  type ImportedEncoder,
  type ImportedHead,
  importEncoderFrom,
  importHeadFrom,
} from "@simclr/weights";
import * as tf from "@tensorflow/tfjs-core";
import { invalidOption } from "../errors.js";
import { withOverrides } from "../recipe/recipe-overrides.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { imageSource } from "./image-source.js";
import { backboneOverrides } from "./imported-backbone.js";
import { pretrainSettings } from "./pretrain-settings.js";
import { writeFileWhole } from "./write-file-whole.js";

export interface ImportRunOptions extends Pick<ImportEncoderOptions, "format" | "prefix"> {
  /** A file of weights, a TensorFlow checkpoint or a folder with one of them. */
  readonly file: string;
  /** The images that the encoder will be measured on: `digits`, `cifar10` or a folder. */
  readonly data: string;
  /** Default: a new folder in `runs/`. */
  readonly runFolder?: string | undefined;
  /** Settings of the recipe to replace, `["imageSize=224"]`. */
  readonly set?: readonly string[] | undefined;
  /**
   * What is done to images first. Default: `"imagenet"` for PyTorch's networks, but for ResNets with a stem for CIFAR; else `"none"`. `"inception"` is what
   * timm's vision transformers of supervised training have.
   */
  readonly normalization?: "imagenet" | "inception" | "none" | undefined;
  /** Heads of a vision transformer, where its width is none of the published. */
  readonly headCount?: number | undefined;
  readonly terminal?: Terminal;
}

export interface ImportRunResult {
  readonly runFolder: string;
  readonly spec: EncoderSpec;
  /** Layers of the projection head that came with it, from which fine-tuning can start; 0: there is none. */
  readonly headLayers: number;
  /** The file's tensors that are no part of the encoder or its head. */
  readonly unused: readonly string[];
}

/**
 * `simclr import` as a function: a run's folder with somebody's weights as its checkpoint of step 0, to be measured, used and
 * exported as one of yours.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_EXISTS, SIMCLR_ERROR__CLI__INVALID_OPTION, the errors of recipes and images, and those of
 *   `importEncoder` of @simclr/weights
 */
export async function importRun(options: ImportRunOptions): Promise<ImportRunResult> {
  const { file, data, terminal = openTerminal(), format = "auto", prefix, headCount } = options;
  const asked = await pretrainSettings({ data, runFolder: options.runFolder, set: options.set });
  const source = await imageSource(data, asked.recipe, { onWarning: terminal.print });
  await useTensorFlow();
  const [imageSize] = source.bank.imageShape;
  const told = { ...(prefix !== undefined && { prefix }), ...(headCount !== undefined && { spec: { headCount } }) };
  const encoder = await importEncoderFrom(resolve(file), { format, imageSize, ...told });
  const { params, state } = encoder;
  const head = await importHeadFrom(resolve(file), { format });
  const unused = encoder.unused.filter((name) => !head?.names.includes(name));
  try {
    const spec = normalizedSpec(encoder, options.normalization);
    // A vision transformer has positions of one size.
    const size = spec.kind === "vit" ? [`imageSize=${imageSize}`] : [];
    const recipe = {
      ...withOverrides(asked.recipe, [...backboneOverrides(spec), ...size, ...headOverrides(head)]),
      description: `Imported from ${file}.`,
    };
    const headSpec = head?.spec ?? noHead({ inputSize: backboneFromSpec(spec).featureSize }).spec;
    const { length } = source.pretraining;
    const config = {
      key: randomKey(recipe.seed),
      batchSize: recipe.batchSize,
      stepsPerEpoch: 1,
      totalSteps: 0,
      dataset: { length, imageShape: source.bank.imageShape },
      backbone: spec,
      head: headSpec,
      recipe: { data: source.name, recipe },
    };
    const { runFolder } = asked;
    await mkdir(join(runFolder, "checkpoints"), { recursive: true });
    const step = tf.scalar(0, "int32");
    const below = {
      params: { ...withPrefix("backbone", params), ...withPrefix("head", head?.params ?? {}) },
      batchStats: { ...withPrefix("backbone", state), ...withPrefix("head", head?.state ?? {}) },
      step,
    };
    const contents = {
      step: 0,
      epoch: 0,
      key: config.key,
      backbone: spec,
      head: headSpec,
      recipe: config.recipe as Json,
    };
    await saveCheckpoint(checkpointPath(runFolder, 0), below, { ...contents, metrics: {} }).finally(() =>
      step.dispose(),
    );
    await writeFileWhole(join(runFolder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
    return { runFolder, spec, headLayers: headLayersOf(head), unused };
  } finally {
    disposeTree([params, state, head?.params ?? {}, head?.state ?? {}]);
  }
}

function headLayersOf(head: ImportedHead | undefined): number {
  if (!head) return 0;
  return head.spec.kind === "linear" ? 1 : head.spec.layers;
}

/** A run's head as its recipe has it; heads of other depths than recipes know are kept with the run alone. */
function headOverrides(head: ImportedHead | undefined): string[] {
  if (!head) return ["head.kind=none"];
  const { kind, outputSize } = head.spec;
  const common = [`head.kind=${kind}`, `head.outputSize=${outputSize}`];
  if (head.spec.kind === "linear" || head.spec.layers > 3) return common;
  return [...common, `head.layers=${head.spec.layers}`, `head.hiddenSize=${head.spec.hiddenSize}`];
}

function normalizedSpec({ spec, format }: ImportedEncoder, asked: ImportRunOptions["normalization"]): EncoderSpec {
  const isTorch = format === "torch" || format === "safetensors";
  const isForPhotos = spec.inputChannels === 3 && !(spec.kind === "resnet" && spec.stem === "cifar");
  const byDefault = isTorch && isForPhotos ? "imagenet" : undefined;
  const normalization = asked ?? byDefault;
  if (normalization === undefined) return spec;
  if (normalization === "none") return { ...spec, normalization };
  if (spec.inputChannels !== 3) {
    const remedy = "Leave --normalization out.";
    throw invalidOption("--normalization", `images of ${spec.inputChannels} channels`, "three channels", remedy);
  }
  return {
    ...spec,
    normalization: { imagenet: imagenetNormalization, inception: inceptionNormalization }[normalization],
  };
}
