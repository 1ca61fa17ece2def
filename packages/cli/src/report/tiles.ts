import type { Dataset } from "@simclr/data";
import sharp from "sharp";

/** Small pictures of images, all of one size. */
export interface Tiles {
  readonly width: number;
  readonly height: number;
  /** Of each image, red, green and blue. */
  readonly pixels: readonly Buffer[];
}

/** Larger ones would make a page of a thousand of them heavy. */
const largestSide = 64;

/** Every image of a dataset, made small where it is large. */
export async function readTiles(dataset: Dataset): Promise<Tiles> {
  const [imageHeight, imageWidth, channels] = dataset.imageShape;
  const scale = Math.min(1, largestSide / Math.max(imageHeight, imageWidth));
  const [height, width] = [Math.max(1, Math.round(imageHeight * scale)), Math.max(1, Math.round(imageWidth * scale))];
  const raw = { width: imageWidth, height: imageHeight, channels: channels as 1 | 3 };
  const size = imageHeight * imageWidth * channels;
  const pixels: Buffer[] = [];
  const blockLength = 256;
  for (let start = 0; start < dataset.length; start += blockLength) {
    const count = Math.min(blockLength, dataset.length - start);
    const { images } = await dataset.read(Array.from({ length: count }, (_, i) => start + i));
    for (let i = 0; i < count; i++) {
      const one = sharp(images.subarray(i * size, (i + 1) * size), { raw }).resize(width, height);
      pixels.push(await one.toColourspace("srgb").removeAlpha().raw().toBuffer());
    }
  }
  return { width, height, pixels };
}

/** All tiles side by side in one WebP, row by row, as nearly square as it goes. */
export async function tileSheet({ width, height, pixels }: Tiles): Promise<{ columns: number; sheet: Buffer }> {
  const columns = Math.ceil(Math.sqrt(pixels.length));
  const rows = Math.ceil(pixels.length / columns);
  const all = Buffer.alloc(3 * columns * width * rows * height);
  for (const [index, tile] of pixels.entries()) {
    const [left, top] = [(index % columns) * width, Math.floor(index / columns) * height];
    for (let y = 0; y < height; y++) {
      tile.copy(all, 3 * ((top + y) * columns * width + left), 3 * y * width, 3 * (y + 1) * width);
    }
  }
  const picture = sharp(all, { raw: { width: columns * width, height: rows * height, channels: 3 } });
  return { columns, sheet: await picture.webp({ quality: 82, smartSubsample: true }).toBuffer() };
}
