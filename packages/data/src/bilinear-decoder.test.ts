import { tensorflowJpegDecoder } from "@simclr/runtime";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { imageDecoderContract } from "./contract.js";
import { fitted } from "./fitted.js";
import pillow from "./fixtures/pillow.json" with { type: "json" };
import { bilinearDecoder, type DecodedPixels, type DecodeSettings, type JpegDecoder, sharpDecoder } from "./index.js";
import { resample } from "./resample.js";
import { busy, picture } from "./testing/files.js";

const jpeg = await tensorflowJpegDecoder();
imageDecoderContract("sharp", sharpDecoder);
imageDecoderContract("bilinear, sharp alone", bilinearDecoder);
imageDecoderContract("bilinear, JPEG by TensorFlow", () => bilinearDecoder({ jpeg }));

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const owned = (image: DecodedPixels) => ({ ...image, pixels: new Uint8Array(image.pixels) });
const shape = (height: number, width: number, fit: DecodeSettings["fit"] = "cover"): DecodeSettings => ({
  imageShape: [height, width, 3],
  fit,
  background: [255, 255, 255],
});

/** Counts what it decodes, and at which part of the size. */
function counting() {
  const shrinks: number[] = [];
  const counted: JpegDecoder = {
    name: jpeg.name,
    decode(file, shrink, use) {
      shrinks.push(shrink);
      return jpeg.decode(file, shrink, use);
    },
  };
  return { counted, shrinks };
}

describe.each([
  ["TensorFlow", await bilinearDecoder({ jpeg })],
  ["sharp", await bilinearDecoder()],
] as const)("JPEG by %s", (_, decoder) => {
  it.each(pillow.files)("$name: the very bytes of torchvision's Resize and CenterCrop", async (golden) => {
    const file = bytes(golden.file);
    const whole = await decoder.decode(file, shape(golden.height, golden.width), owned);
    expect(whole.pixels).toEqual(bytes(golden.whole));
    for (const { size, pixels: expected } of golden.sizes) {
      expect((await decoder.decode(file, shape(size, size), owned)).pixels).toEqual(bytes(expected));
    }
  });
});

describe("bilinearDecoder", () => {
  it("gives plain JPEG files to jpeg, and nothing else", async () => {
    const { counted, shrinks } = counting();
    const decoder = await bilinearDecoder({ jpeg: counted });
    const image = picture(16, 16, busy);
    const taken = {
      plain: await image.clone().jpeg().toBuffer(),
      progressive: await image.clone().jpeg({ progressive: true }).toBuffer(),
      gray: await image.clone().toColourspace("b-w").jpeg().toBuffer(),
      sRGB: await image.clone().jpeg().withIccProfile("srgb").toBuffer(),
      turned: await image.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    };
    const left = {
      png: await image.clone().png().toBuffer(),
      webp: await image.clone().webp().toBuffer(),
      cmyk: await image.clone().toColourspace("cmyk").jpeg().toBuffer(),
      p3: await image.clone().jpeg().withIccProfile("p3").toBuffer(),
    };
    for (const file of Object.values(taken)) await decoder.decode(file, shape(16, 16), owned);
    expect(shrinks).toHaveLength(Object.keys(taken).length);
    for (const file of Object.values(left)) await decoder.decode(file, shape(16, 16), owned);
    expect(shrinks).toHaveLength(Object.keys(taken).length);
  });

  it.each([
    ["contain", 290, 390, 100, 1],
    ["contain", 400, 640, 100, 2],
    ["contain", 810, 640, 100, 4],
    ["contain", 333, 2049, 64, 8],
    ["cover", 399, 640, 100, 1],
    ["cover", 401, 640, 100, 2],
  ] as const)(
    "%s: %i x %i for %i is decoded at 1 / %i, and stays as close as stated",
    async (fit, height, width, size, shrink) => {
      const smooth = picture(height, width, (y, x) => [
        (255 * y) / height,
        (255 * x) / width,
        128 + 100 * Math.sin(x / 40),
      ]);
      const file = await smooth.jpeg({ quality: 95 }).toBuffer();
      const { counted, shrinks } = counting();
      const shrunk = await (await bilinearDecoder({ jpeg: counted })).decode(file, shape(size, size, fit), owned);
      expect(shrinks).toEqual([shrink]);
      const target = fitted(height, width, shape(size, size, fit));
      const exact = await jpeg.decode(file, 1, (whole) => resample(whole, target, owned));
      expect([shrunk.height, shrunk.width]).toEqual([exact.height, exact.width]);
      const differences = Array.from(shrunk.pixels, (value, i) => Math.abs(value - (exact.pixels[i] as number)));
      expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(0.5);
      expect(Math.max(...differences)).toBeLessThanOrEqual(shrink === 1 ? 0 : 4);
    },
  );

  it("contain: takes the size that sharp takes, whatever the sides", async () => {
    const [bilinear, lanczos] = [await bilinearDecoder({ jpeg }), await sharpDecoder()];
    for (const [height, width] of [
      [47, 91],
      [91, 47],
      [33, 34],
      [200, 3],
      [3, 200],
      [65, 97],
      [32, 31],
      [77, 64],
    ] as const) {
      // biome-ignore format: one line
      const file = await picture(height, width, busy).jpeg().toBuffer();
      const sizeOf = ({ height: newHeight, width: newWidth }: DecodedPixels) => [newHeight, newWidth];
      const settings = shape(32, 48, "contain");
      expect(await bilinear.decode(file, settings, sizeOf)).toEqual(await lanczos.decode(file, settings, sizeOf));
    }
  });

  it("lets sharp judge what jpeg refuses, and names all that pixels depend on", async () => {
    const refusing: JpegDecoder = { name: "refusing 1.0", decode: () => Promise.reject(new Error("no")) };
    const decoder = await bilinearDecoder({ jpeg: refusing });
    const file = await picture(8, 8, busy).jpeg({ quality: 100 }).toBuffer();
    const { pixels: values } = await decoder.decode(file, shape(8, 8), owned);
    expect(values).toEqual(new Uint8Array(await sharp(file).raw().toBuffer()));
    for (const part of ["bilinear", "refusing 1.0", sharp.versions.sharp]) expect(decoder.name).toContain(part);
    expect((await sharpDecoder()).name).not.toBe(decoder.name);
  });
});
