import { foldIn, randomKey } from "@simclr/core";
import { type DecodingOptions, subset } from "@simclr/data";
import { labelsMissing } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { type DataParts, type OpenedData, openData } from "../run/open-data.js";
import { photoDecoder } from "../run/photo-decoder.js";
import { draw } from "./split-images.js";
import type { SingleLabelTransfer, TransferDataset, TransferDatasetOptions } from "./transfer-dataset.js";
import type { TransferDescriptor } from "./transfer-descriptor.js";
import { classEmpty } from "./transfer-errors.js";

export interface TransferOfDataOptions extends TransferDatasetOptions {
  /** Columns and lists of the run's recipe. */
  readonly keys: Recipe["data"];
}

/**
 * What `pretrain` takes as a dataset to transfer to: its own parts, or without a test part a fifth of each class's images, and of
 * the train images the descriptor's share of each class for validation. An image that cannot be decoded is an error.
 *
 * @param data a name or a path
 * @throws SIMCLR_ERROR__CLI__LABELS_MISSING, SIMCLR_ERROR__CLI__TRANSFER_CLASS_EMPTY, and the errors of `openData`
 */
export async function transferOfData(
  data: string,
  { name, metric, validationShare }: TransferDescriptor,
  { imageSize, channels = 3, onWarning = () => {}, keys }: TransferOfDataOptions,
): Promise<TransferDataset> {
  const as = (side: number, fit: "cover" | "contain") => ({ imageSize: [side, side], fit }) as const;
  const decoding = async (): Promise<DecodingOptions> => ({
    ...as(imageSize, "cover"),
    ...{ onCorrupt: "refuse", channels, decoder: await photoDecoder() },
  });
  const opened = await openData(data, { data: keys, decoding, channels, onWarning });
  // As for a described dataset: crops are cut from more pixels than an encoder sees, where there are more.
  const isLarge = imageSize > 32;
  const whole = await opened.decodedAs(as(isLarge ? Math.round(1.5 * imageSize) : imageSize, "contain"));
  const uncropped = isLarge ? await opened.decodedAs(as(Math.round(imageSize / 0.875), "cover")) : opened;
  const places = placesOf(opened, name, validationShare);
  const parts = ({ train, test }: DataParts) => ({
    train: subset(train, places.train),
    validation: subset(train, places.validation),
    test: test ?? subset(train, places.test),
    trainAndValidation: subset(train, [...places.train, ...places.validation]),
  });
  const [features, { train, trainAndValidation }, { validation, test }] = [
    parts(opened),
    parts(whole),
    parts(uncropped),
  ];
  return {
    kind: "single",
    metric: metric as SingleLabelTransfer["metric"],
    features: { train: features.train, validation: features.validation, test: features.test },
    training: { train, trainAndValidation, validation, test },
    warnings: [],
  };
}

/** Which images of the train part are of which part; of those to test on, where there are none yet. */
function placesOf({ name: data, train, test }: OpenedData, name: string, validationShare: number) {
  const { labels, classNames } = train;
  if (!labels || !classNames) throw labelsMissing(data, "to transfer to");
  if (test && (!test.labels || test.classNames?.join() !== classNames.join())) {
    throw labelsMissing(data, "to transfer to, in both parts");
  }
  const ofClasses = (places: readonly number[]) =>
    new Map(classNames.map((className, label) => [className, places.filter((place) => labels[place] === label)]));
  const key = (part: string) => foldIn(randomKey(0), `${part} of ${name}`);
  const some = (share: number) => (size: number) => Math.max(1, Math.round(share * size));
  const all = [...labels.keys()];
  const tested = test ? new Set<number>() : draw(name, ofClasses(all), key("test"), some(0.2));
  const left = all.filter((place) => !tested.has(place));
  const validated = draw(name, ofClasses(left), key("validation"), some(validationShare));
  const untested = test && classNames.find((_, label) => !test.labels?.includes(label));
  if (untested !== undefined) throw classEmpty(name, "test", untested, 1, 0);
  return {
    train: left.filter((place) => !validated.has(place)),
    validation: left.filter((place) => validated.has(place)),
    test: [...tested].sort((a, b) => a - b),
  };
}
