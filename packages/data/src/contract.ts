import { isSimclrError } from "@simclr/core";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { Dataset, ImageBatch } from "./dataset.js";
import type { DecodedPixels, DecodeSettings, ImageDecoder } from "./image-decoder.js";

/**
 * What every dataset promises, as a suite: call it in a test file of vitest.
 *
 * @param create makes the dataset anew: it is called twice, to see that both give the same bytes
 * @example
 * ```ts no-run
 * import { arrayDataset } from "@simclr/data";
 * import { datasetContract } from "@simclr/data/contract";
 * datasetContract("my images", () => arrayDataset({ images: new Uint8Array(12), shape: [4, 1, 1, 3] }));
 * ```
 */
export function datasetContract(name: string, create: () => Dataset | Promise<Dataset>): void {
  describe(`${name} is a dataset`, () => {
    let dataset: Dataset;
    let again: Dataset;
    /** First, last, and some between, backwards and with one twice. */
    let asked: number[];

    beforeAll(async () => {
      dataset = await create();
      again = await create();
      const last = dataset.length - 1;
      asked = [last, Math.floor(last / 2), Math.floor(last / 3), 0, last];
    });

    const rowOf = (batch: ImageBatch, row: number) => {
      const size = batch.images.length / batch.shape[0];
      return {
        pixels: Buffer.from(batch.images.slice(row * size, (row + 1) * size)).toString("base64"),
        label: batch.labels?.[row],
        imageSize: batch.imageSizes?.[row],
        index: batch.indices[row],
      };
    };

    it("has a length, an image shape, and a label in range for every image or none", () => {
      expect(Number.isInteger(dataset.length) && dataset.length > 0).toBe(true);
      expect(dataset.imageShape.every((size) => Number.isInteger(size) && size > 0)).toBe(true);
      if (!dataset.labels) return;
      const classCount = dataset.classNames?.length ?? 2 ** 31;
      expect(dataset.labels.length).toBe(dataset.length);
      expect([...dataset.labels].filter((label) => label < 0 || label >= classCount)).toEqual([]);
    });

    it("reads batches whose parts agree with each other and with the dataset", async () => {
      const batch = await dataset.read(asked);
      expect(batch.images).toBeInstanceOf(Uint8Array);
      expect(batch.shape).toEqual([asked.length, ...dataset.imageShape]);
      expect(batch.images.length).toBe(batch.shape.reduce((product, size) => product * size, 1));
      expect(batch.labels && [...batch.labels]).toEqual(
        dataset.labels && Array.from(batch.indices, (index) => dataset.labels?.[index]),
      );
      const [height, width] = dataset.imageShape;
      for (const [validHeight, validWidth] of batch.imageSizes ?? []) {
        expect(validHeight > 0 && validHeight <= height && validWidth > 0 && validWidth <= width).toBe(true);
      }
    });

    it("gives the same bytes again, alone, in any order, and when made anew", async () => {
      const batch = await dataset.read(asked);
      expect(await dataset.read(asked)).toEqual(batch);
      expect(await again.read(asked)).toEqual(batch);
      const reversed = await dataset.read([...asked].reverse());
      for (const [row, index] of asked.entries()) {
        expect(rowOf(await dataset.read([index]), 0)).toEqual(rowOf(batch, row));
        expect(rowOf(reversed, asked.length - 1 - row)).toEqual(rowOf(batch, row));
      }
    });

    it("says which images it read: those indices give the same images", async () => {
      const batch = await dataset.read(asked);
      expect(await dataset.read([...batch.indices])).toEqual(batch);
    });

    it("gives the same when it is lent memory, of the right length or not", async () => {
      const batch = await dataset.read(asked);
      for (const length of [batch.images.length, 1]) {
        expect(await dataset.read(asked, new Uint8Array(length).fill(201))).toEqual(batch);
      }
    });

    it("reads no images as an empty batch", async () => {
      const batch = await dataset.read([]);
      expect([batch.shape[0], batch.images.length, batch.indices.length]).toEqual([0, 0, 0]);
    });

    it("lets the caller change a batch without changing the dataset", async () => {
      const before = rowOf(await dataset.read([0]), 0);
      (await dataset.read([0])).images.fill(7);
      (await dataset.read([0])).images.fill(9);
      expect(rowOf(await dataset.read([0]), 0)).toEqual(before);
    });

    it("refuses an index that it does not have", async () => {
      for (const index of [-1, dataset.length, 0.5, Number.NaN]) {
        const error = await dataset.read([0, index]).then(
          () => "nothing thrown",
          (thrown: unknown) => thrown,
        );
        expect(isSimclrError(error, "SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE"), String(error)).toBe(true);
      }
    });
  });
}

/**
 * What every decoder of images promises, as a suite: call it in a test file of vitest.
 *
 * @param create makes the decoder
 * @example
 * ```ts no-run
 * import { sharpDecoder } from "@simclr/data";
 * import { imageDecoderContract } from "@simclr/data/contract";
 * imageDecoderContract("sharp", sharpDecoder);
 * ```
 */
export function imageDecoderContract(name: string, create: () => ImageDecoder | Promise<ImageDecoder>): void {
  describe(`${name} is a decoder of images`, () => {
    let decoder: ImageDecoder;
    beforeAll(async () => {
      decoder = await create();
    });

    /** Every pixel differs from its neighbours. */
    const plain = (height: number, width: number, seed = 0) =>
      Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37 + Math.floor(i / 7) * 11 + seed) % 256);
    const encode = (height: number, width: number, seed?: number) =>
      sharp(plain(height, width, seed), { raw: { height, width, channels: 3 } });
    const settings = (
      height: number,
      width: number,
      fit: DecodeSettings["fit"],
      channels: 1 | 3 = 3,
    ): DecodeSettings => ({ imageShape: [height, width, channels], fit, background: [255, 255, 255] });
    const owned = ({ pixels, height, width }: DecodedPixels) => ({ pixels: Uint8Array.from(pixels), height, width });

    it("has a name, always the same", async () => {
      expect(decoder.name.length).toBeGreaterThan(0);
      expect((await create()).name).toBe(decoder.name);
    });

    it("gives the pixels of an image that has the size, in both fits", async () => {
      const file = await encode(9, 14).png().toBuffer();
      for (const fit of ["contain", "cover"] as const) {
        const image = await decoder.decode(file, settings(9, 14, fit), owned);
        expect(image).toEqual({ pixels: plain(9, 14), height: 9, width: 14 });
      }
    });

    it("gives JPEG's pixels as libjpeg's accurate transform has them", async () => {
      for (const options of [{}, { progressive: true }, { chromaSubsampling: "4:4:4" }, { quality: 50 }]) {
        const file = await encode(21, 35).jpeg(options).toBuffer();
        const { pixels } = await decoder.decode(file, settings(21, 35, "cover"), owned);
        expect(pixels).toEqual(new Uint8Array(await sharp(file).raw().toBuffer()));
      }
    });

    it("fits inside without enlarging, fills when it covers", async () => {
      const file = await encode(40, 60).jpeg().toBuffer();
      const inside = await decoder.decode(file, settings(24, 24, "contain"), owned);
      expect([inside.height, inside.width, inside.pixels.length]).toEqual([16, 24, 16 * 24 * 3]);
      const small = await decoder.decode(file, settings(64, 64, "contain"), owned);
      expect([small.height, small.width]).toEqual([40, 60]);
      for (const size of [24, 80]) {
        const { pixels, height, width } = await decoder.decode(file, settings(size, size, "cover"), owned);
        expect([height, width, pixels.length]).toEqual([size, size, size * size * 3]);
      }
    });

    it("keeps a plain colour, in one channel and in three, of every size", async () => {
      const file = await sharp({ create: { height: 60, width: 80, channels: 3, background: "#787878" } })
        .jpeg({ quality: 100 })
        .toBuffer();
      for (const channels of [1, 3] as const) {
        for (const size of [7, 32, 100]) {
          const { pixels } = await decoder.decode(file, settings(size, size, "cover", channels), owned);
          expect(pixels).toEqual(new Uint8Array(size * size * channels).fill(0x78));
        }
      }
    });

    it("turns an image upright", async () => {
      const file = await encode(8, 12).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
      const upright = new Uint8Array(await sharp(file).autoOrient().raw().toBuffer());
      expect(await decoder.decode(file, settings(12, 8, "contain"), owned)).toEqual({
        pixels: upright,
        height: 12,
        width: 8,
      });
    });

    it("decodes many at once, each into its own result", async () => {
      const files = await Promise.all(Array.from({ length: 24 }, (_, seed) => encode(30, 40, seed).jpeg().toBuffer()));
      const ask = (file: Uint8Array) => decoder.decode(file, settings(20, 20, "cover"), owned);
      const together = await Promise.all(files.map(ask));
      for (const [i, file] of files.entries()) expect(together[i]).toEqual(await ask(file));
    });

    it("fails without a call of use for what is no image, cut off, or empty", async () => {
      const file = await encode(64, 64).jpeg().toBuffer();
      for (const broken of [
        file.subarray(0, file.length / 2),
        file.subarray(0, 20),
        Buffer.from("no image"),
        Buffer.alloc(0),
      ]) {
        let used = 0;
        const decoding = decoder.decode(broken, settings(16, 16, "cover"), () => used++);
        await expect(decoding).rejects.toBeInstanceOf(Error);
        expect(used).toBe(0);
      }
    });
  });
}
