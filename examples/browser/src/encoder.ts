import { withPrefix } from "@simclr/core";
import { type Encoder, networkEncoder, toEncoder } from "@simclr/evaluation";
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { Advice } from "./advice.js";

/** An encoder on the backend that is in use. */
export interface LoadedEncoder {
  readonly encode: Encoder;
  readonly channels: 1 | 3;
  /** The side of the images it learned from; undefined where its files do not say it. */
  readonly imageSize?: number | undefined;
  dispose(): void;
}

/** Where an encoder comes from; it is loaded again for every backend. */
export interface EncoderSource {
  readonly title: string;
  load(): Promise<LoadedEncoder>;
}

/** An encoder that lies beside the page: what `simclr export --format graph-model` wrote. */
export function servedEncoder(title: string, folder: string): EncoderSource {
  return { title, load: async () => graphEncoder(await loadGraphModel(`${folder}/model.json`)) };
}

/**
 * An encoder among a person's files, or undefined where there is none: `model.json` with its weights, or one safetensors file.
 *
 * @throws Advice for several safetensors files, and for a model.json without its weights
 */
export function ownEncoder(files: readonly File[]): EncoderSource | undefined {
  const model = files.find(({ name }) => name === "model.json");
  if (model) {
    const weights = files.filter(({ name }) => name.endsWith(".bin"));
    if (weights.length === 0) {
      throw new Advice(`${model.name} came without its weights. Drop the whole folder, with the .bin files beside it.`);
    }
    const load = async () => graphEncoder(await loadGraphModel(tf.io.browserFiles([model, ...weights])));
    return { title: folderOf(model) ?? "your graph model", load };
  }
  const tensors = files.filter(({ name }) => name.endsWith(".safetensors"));
  if (tensors.length > 1) {
    throw new Advice(`${tensors.length} safetensors files are here, and one is wanted. Drop the encoder's file alone.`);
  }
  const [file] = tensors;
  return file && { title: file.name, load: () => safetensorsEncoder(file) };
}

const folderOf = (file: File) => file.webkitRelativePath.split("/").at(-2);

function graphEncoder(model: GraphModel): LoadedEncoder {
  const [, height, , channels] = model.inputs[0]?.shape ?? [];
  const { imageSize } = (model.metadata ?? {}) as { imageSize?: number };
  const known = imageSize ?? (height !== undefined && height > 0 ? height : undefined);
  return {
    encode: toEncoder(model as unknown as Parameters<typeof toEncoder>[0]),
    channels: channels === 1 ? 1 : 3,
    imageSize: known,
    dispose: () => model.dispose(),
  };
}

/** Its readers are fetched when they are wanted: most people never drop such a file. */
async function safetensorsEncoder(file: File): Promise<LoadedEncoder> {
  const [{ backboneFromSpec }, { importEncoder }] = await Promise.all([
    import("@simclr/backbones"),
    import("@simclr/weights/browser"),
  ]);
  const { spec, params, state, imageSize } = importEncoder({ [file.name]: new Uint8Array(await file.arrayBuffer()) });
  const network = {
    backbone: backboneFromSpec(spec),
    params: withPrefix("backbone", params),
    state: withPrefix("backbone", state),
  };
  return {
    encode: networkEncoder(network),
    channels: spec.inputChannels === 1 ? 1 : 3,
    imageSize,
    dispose: () => tf.dispose([params, state]),
  };
}
