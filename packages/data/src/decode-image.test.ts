import { tensorflowJpegDecoder } from "@simclr/runtime";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { bilinearDecoder, type ImageDecoder, type ImageFolderOptions, imageFolder, sharpDecoder } from "./index.js";
import { busy, picture, pixels, temporaryFolder, writeFiles } from "./testing/files.js";

const folder = await temporaryFolder();
let fileCount = 0;

function worstDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
}

/** The pixels (8, 8), (8, 24), (24, 8), (24, 24), to which the half-resolution colour of lossy formats does not reach. */
const middles = (values: Uint8Array) =>
  Uint8Array.from(
    [8, 24].flatMap((y) => [8, 24].flatMap((x) => [...values.subarray(3 * (32 * y + x)).subarray(0, 3)])),
  );

const quarters = (y: number, x: number) => [[[200, 30, 40], [20, 160, 60]], [[30, 60, 190], [220, 210, 90]]][y < 16 ? 0 : 1]?.[x < 16 ? 0 : 1] as number[]; // biome-ignore format: a picture
const full = { imageSize: [32, 32] } as const;

const jpeg = await tensorflowJpegDecoder();
const decoders: Record<string, ImageDecoder> = {
  sharp: await sharpDecoder(),
  "bilinear, sharp alone": await bilinearDecoder(),
  "bilinear, JPEG by TensorFlow": await bilinearDecoder({ jpeg }),
};

describe.each(Object.entries(decoders))("%s", (_, decoder) => {
  /** Reads one file through a folder of its own. */
  async function read(file: Uint8Array, extension: string, options: ImageFolderOptions) {
    const root = `${folder}/${fileCount++}`;
    await writeFiles(root, { [`image.${extension}`]: file });
    const batch = await (await imageFolder(root, { onCorrupt: "refuse", decoder, ...options })).read([0]);
    return { values: batch.images, size: batch.imageSizes?.[0] };
  }

  describe("formats", () => {
    const lossless = { png: {}, webp: { lossless: true }, tiff: { compression: "lzw" }, gif: {} } as const;
    it.each(Object.keys(lossless) as (keyof typeof lossless)[])(
      "%s without loss gives the very pixels",
      async (format) => {
        const file = await picture(32, 32, quarters).toFormat(format, lossless[format]).toBuffer();
        expect((await read(file, format, full)).values).toEqual(pixels(32, 32, quarters));
      },
    );

    it.each(["jpeg", "webp", "avif"] as const)("%s with loss comes close", async (format) => {
      const file = await picture(32, 32, quarters).toFormat(format, { quality: 95 }).toBuffer();
      expect(
        worstDifference(middles((await read(file, format, full)).values), middles(pixels(32, 32, quarters))),
      ).toBeLessThan(6);
    });

    it.each(["jpeg", "png", "webp", "avif", "tiff", "gif"] as const)("%s cut in half is refused", async (format) => {
      const file = await picture(64, 64, busy).toFormat(format).toBuffer();
      const reading = read(file.subarray(0, file.length / 2), format, full);
      await expect(reading).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__CORRUPT_IMAGE" });
    });

    it("takes the first frame of an animation", async () => {
      const frames = [[250, 0, 0], [0, 0, 250]].map((colour) => picture(32, 32, () => colour).png().toBuffer()); // biome-ignore format: frames
      const file = await sharp(await Promise.all(frames), { join: { animated: true } }).gif().toBuffer(); // biome-ignore format: one line
      expect((await sharp(file).metadata()).pages).toBe(2);
      expect((await read(file, "gif", full)).values).toEqual(pixels(32, 32, () => [250, 0, 0]));
    });
  });

  describe("colours", () => {
    it("repeats gray in three channels", async () => {
      const gray = (y: number, x: number) => [8 * y + (x % 8)];
      for (const format of ["png", "jpeg"] as const) {
        const file = await picture(32, 32, gray)
          .toColourspace("b-w")
          .toFormat(format, format === "jpeg" ? { quality: 100 } : {})
          .toBuffer();
        expect((await sharp(file).metadata()).channels).toBe(1);
        const { values } = await read(file, format, full);
        const expected = pixels(32, 32, (y, x) => Array<number>(3).fill(gray(y, x)[0] as number));
        expect(worstDifference(values, expected)).toBeLessThanOrEqual(format === "png" ? 0 : 2);
        expect(values.every((value, i) => value === values[i - (i % 3)])).toBe(true);
      }
    });

    it("gives gray when asked for one channel", async () => {
      const file = await picture(32, 32, (y) => Array<number>(3).fill(7 * y)).png().toBuffer(); // biome-ignore format: one line
      expect((await read(file, "png", { ...full, channels: 1 })).values).toEqual(pixels(32, 32, (y) => [7 * y]));
    });

    it("keeps the upper 8 of 16 bits, in colour and in gray", async () => {
      const sixteen = Uint16Array.from(pixels(8, 8, busy), (value) => value * 257);
      const file = await sharp(sixteen, { raw: { width: 8, height: 8, channels: 3 } }).toColourspace("rgb16").png().toBuffer(); // biome-ignore format: one line
      expect((await sharp(file).metadata()).depth).toBe("ushort");
      expect((await read(file, "png", { imageSize: [8, 8] })).values).toEqual(pixels(8, 8, busy));

      const levels = Uint16Array.from({ length: 64 }, (_, i) => 4 * i * 257);
      const gray = await sharp(levels, { raw: { width: 8, height: 8, channels: 1 } }).toColourspace("grey16").png().toBuffer(); // biome-ignore format: one line
      expect((await sharp(gray).metadata()).depth).toBe("ushort");
      const { values } = await read(gray, "png", { imageSize: [8, 8] });
      expect(values).toEqual(pixels(8, 8, (y, x) => Array<number>(3).fill(4 * (8 * y + x))));
    });

    it("converts CMYK", async () => {
      // Colours that inks can print.
      const muted = (y: number, x: number) => quarters(y, x).map((value) => 90 + value / 4);
      const file = await picture(32, 32, muted).toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
      expect((await sharp(file).metadata()).space).toBe("cmyk");
      expect(worstDifference((await read(file, "jpg", full)).values, pixels(32, 32, muted))).toBeLessThan(12);
    });

    it("converts from an embedded profile to sRGB", async () => {
      const file = await picture(32, 32, quarters).withIccProfile("p3").png().toBuffer();
      expect(worstDifference(await sharp(file).pipelineColourspace("srgb").raw().toBuffer(), pixels(32, 32, quarters))).toBeLessThan(4); // biome-ignore format: one line
      expect(worstDifference((await read(file, "png", full)).values, pixels(32, 32, quarters))).toBeLessThan(4);
    });

    it("puts transparent parts on the background", async () => {
      const half = picture(2, 2, (y, x) => [200, 0, 0, y === 0 ? 255 : x === 0 ? 0 : 51]);
      const file = await half.png().toBuffer();
      // 51 / 255 is a fifth: 0.2 * 200 + 0.8 * background.
      const on = (r: number, g: number, b: number) =>
        Uint8Array.of(200, 0, 0, 200, 0, 0, r, g, b, 40 + 0.8 * r, 0.8 * g, 0.8 * b);
      expect((await read(file, "png", { imageSize: [2, 2] })).values).toEqual(on(255, 255, 255));
      const options = { imageSize: [2, 2], background: [0, 100, 50] } as const;
      expect((await read(file, "png", options)).values).toEqual(on(0, 100, 50));
    });
  });

  describe("EXIF orientation", () => {
    // Where the upright picture's pixel (y, x) lies in the stored one of 8 rows and 12 columns.
    const stored: Record<number, (y: number, x: number) => [row: number, column: number]> = {
      1: (y, x) => [y, x],
      2: (y, x) => [y, 11 - x],
      3: (y, x) => [7 - y, 11 - x],
      4: (y, x) => [7 - y, x],
      5: (y, x) => [x, y],
      6: (y, x) => [7 - x, y],
      7: (y, x) => [7 - x, 11 - y],
      8: (y, x) => [x, 11 - y],
    };
    it.each([1, 2, 3, 4, 5, 6, 7, 8])("%i", async (orientation) => {
      const file = await picture(8, 12, busy).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
      const plain = await sharp(file, { autoOrient: false }).raw().toBuffer();
      const [height, width] = orientation < 5 ? ([8, 12] as const) : ([12, 8] as const);
      const upright = pixels(height, width, (y, x) => {
        const [row, column] = (stored[orientation] as (typeof stored)[number])(y, x);
        return [...plain.subarray(3 * (12 * row + column), 3 * (12 * row + column) + 3)];
      });
      const { values, size } = await read(file, "jpg", { imageSize: [height, width] });
      expect(size).toEqual([height, width]);
      expect(values).toEqual(upright);
    });
  });

  describe("sizes", () => {
    it("does not resample an image of the right size, in either fit", async () => {
      const file = await picture(16, 24, busy).jpeg().toBuffer();
      const decoded = new Uint8Array(await sharp(file).raw().toBuffer());
      for (const fit of ["contain", "cover"] as const) {
        expect((await read(file, "jpg", { imageSize: [16, 24], fit })).values).toEqual(decoded);
      }
    });

    it("contain: makes a larger image fit inside, at the top left, and pads with 0", async () => {
      const file = await picture(60, 90, () => [200, 100, 50]).png().toBuffer(); // biome-ignore format: one line
      const { values, size } = await read(file, "png", { imageSize: [32, 30] });
      expect(size).toEqual([20, 30]);
      expect(values).toEqual(pixels(32, 30, (y) => (y < 20 ? [200, 100, 50] : [0, 0, 0])));
    });

    it("contain: does not enlarge", async () => {
      const file = await picture(6, 10, busy).png().toBuffer();
      const { values, size } = await read(file, "png", full);
      expect(size).toEqual([6, 10]);
      expect(values).toEqual(pixels(32, 32, (y, x) => (y < 6 && x < 10 ? busy(y, x) : [0, 0, 0])));
    });

    it("contain: keeps a pixel of the thinnest image", async () => {
      const file = await picture(1, 500, () => [9, 9, 9]).png().toBuffer(); // biome-ignore format: one line
      expect((await read(file, "png", full)).size).toEqual([1, 32]);
    });

    it("cover: cuts out the centre of the short side's length", async () => {
      const stripes = (_: number, x: number) => (x < 60 ? [250, 0, 0] : x < 140 ? [0, 250, 0] : [0, 0, 250]);
      const file = await picture(64, 200, stripes).png().toBuffer();
      const { values, size } = await read(file, "png", { ...full, fit: "cover" });
      expect(size).toBeUndefined();
      expect(values).toEqual(pixels(32, 32, () => [0, 250, 0]));
    });

    it("cover: enlarges a smaller image", async () => {
      const file = await picture(8, 8, () => [1, 2, 3]).png().toBuffer(); // biome-ignore format: one line
      const { values } = await read(file, "png", { ...full, fit: "cover" });
      expect(values).toEqual(pixels(32, 32, () => [1, 2, 3]));
    });
  });
});
