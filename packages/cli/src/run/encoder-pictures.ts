import { randomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { Embed, Features } from "@simclr/evaluation";
import type { LoadedEncoder } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { makePictures } from "../report/make-pictures.js";
import type { RunPictures } from "../report/run-pictures.js";
import type { Terminal } from "../terminal/terminal.js";
import { atMost, type ImageSource } from "./image-source.js";

export interface EncoderPicturesOptions {
  readonly encoder: Pick<LoadedEncoder, "encode" | "checkpoint">;
  readonly source: ImageSource;
  readonly recipe: Recipe;
  readonly embed: Embed;
  /** What the progress bar says is embedded. */
  readonly name: string;
  readonly terminal: Terminal;
  readonly signal?: AbortSignal | undefined;
}

/** Embeds a run's images, behind a progress bar, and makes the report's pictures of them. */
export async function encoderPictures(options: EncoderPicturesOptions): Promise<RunPictures> {
  const { encoder, source, recipe, embed, name, terminal, signal } = options;
  const bank = atMost(source.bank, recipe.evaluation.exampleCount);
  const test = source.test && atMost(source.test, recipe.evaluation.exampleCount);
  const progress = terminal.progress({ title: "Embedding", total: bank.length + (test?.length ?? 0) });
  let embedded = 0;
  const features = async (dataset: Dataset): Promise<Features> => {
    const onProgress = (done: number) => progress.update(embedded + done, { text: name });
    const result = await embed(encoder.encode, dataset, { onProgress, ...(signal && { signal }) });
    embedded += dataset.length;
    return result;
  };
  try {
    const bankFeatures = await features(bank);
    const testFeatures = test && (await features(test));
    progress.stop();
    return await makePictures({
      step: encoder.checkpoint.step,
      bank: { images: bank, features: bankFeatures },
      test: test && testFeatures && { images: test, features: testFeatures },
      key: randomKey(recipe.seed),
      terminal,
    });
  } finally {
    progress.stop();
  }
}
