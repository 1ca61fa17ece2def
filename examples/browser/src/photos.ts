import { arrayDataset, browserDecoder, type Dataset } from "@simclr/data/browser";
import { Advice } from "./advice.js";
import { pathOf } from "./dropped-files.js";

/** A person's images, in the size that an encoder wants. */
export interface Photos {
  readonly files: readonly File[];
  readonly dataset: Dataset;
  /** Paths of files that look like images and could not be decoded. */
  readonly skipped: readonly string[];
}

export interface ReadPhotosOptions {
  readonly imageSize: number;
  readonly channels: 1 | 3;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** What a browser may be able to decode; by name where the system does not know the type. */
const isImage = ({ type, name }: File) =>
  type.startsWith("image/") || /\.(jpe?g|png|webp|avif|gif|bmp|heic)$/i.test(name);

/**
 * Decodes the images among files: the centre square of each, as `simclr embed` does it.
 *
 * @throws Advice where there is no image, or none that can be decoded
 */
export async function readPhotos(files: readonly File[], options: ReadPhotosOptions): Promise<Photos> {
  const { imageSize, channels, onProgress, signal } = options;
  const images = files.filter(isImage);
  if (images.length === 0) throw noImages(files);
  const decoder = browserDecoder();
  const imageShape = [imageSize, imageSize, channels] as const;
  const settings = { imageShape, fit: "cover", background: [255, 255, 255] } as const;
  const pixels = new Map<File, Uint8Array>();
  let [next, done] = [0, 0];
  const worker = async () => {
    while (next < images.length) {
      signal.throwIfAborted();
      const file = images[next++] as File;
      const own = await decoder
        .decode(new Uint8Array(await file.arrayBuffer()), settings, (image) => image.pixels.slice())
        .catch(() => undefined);
      if (own) pixels.set(file, own);
      onProgress(++done, images.length);
    }
  };
  await Promise.all(Array.from({ length: decoder.concurrency ?? 1 }, worker));
  signal.throwIfAborted();
  const [kept, skipped] = [images.filter((file) => pixels.has(file)), images.filter((file) => !pixels.has(file))];
  if (kept.length === 0) throw noneDecoded(skipped);
  const bytes = new Uint8Array(kept.length * imageSize * imageSize * channels);
  for (const [i, file] of kept.entries())
    bytes.set(pixels.get(file) as Uint8Array, i * imageSize * imageSize * channels);
  const dataset = arrayDataset({ images: bytes, shape: [kept.length, ...imageShape] });
  return { files: kept, dataset, skipped: skipped.map(pathOf) };
}

function noImages(files: readonly File[]) {
  const [first] = files;
  if (!first) return new Advice("The folder is empty. Choose one with JPEG, PNG, WebP, AVIF or GIF files in it.");
  const what = files.length === 1 ? `${pathOf(first)} is no image` : `None of the ${files.length} files is an image`;
  return new Advice(`${what}. Choose a folder with JPEG, PNG, WebP, AVIF or GIF files in it.`);
}

function noneDecoded(files: readonly File[]) {
  const first = pathOf(files[0] as File);
  const what =
    files.length === 1
      ? `${first} cannot be shown`
      : `None of the ${files.length} images, ${first} the first, can be shown`;
  return new Advice(`${what} by this browser. Open it elsewhere and save it as JPEG or PNG, or choose another.`);
}
