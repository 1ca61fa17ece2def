import * as tf from "@tensorflow/tfjs-core";
import sharp, { type JpegOptions } from "sharp";
import { describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { type JpegPixels, tensorflowJpegDecoder } from "./tensorflow-jpeg-decoder.js";

const decoder = await tensorflowJpegDecoder();
const owned = (image: JpegPixels) => ({ ...image, pixels: image.pixels.slice() });

/** A JPEG file in which no two neighbours are alike. */
function file(height: number, width: number, seed = 0, options: JpegOptions = {}): Promise<Buffer> {
  const values = Uint8Array.from(
    { length: height * width * 3 },
    (_, i) => (i * 31 + Math.floor(i / 50) * 17 + seed) % 256,
  );
  return sharp(values, { raw: { height, width, channels: 3 } })
    .jpeg(options)
    .toBuffer();
}

/** libjpeg through another door. */
const expected = async (jpeg: Buffer) => new Uint8Array(await sharp(jpeg).toColourspace("srgb").raw().toBuffer());

describe("tensorflowJpegDecoder", () => {
  it.each([
    ["4:2:0", {}],
    ["4:4:4", { chromaSubsampling: "4:4:4" }],
    ["progressive", { progressive: true }],
    ["of low quality", { quality: 20 }],
  ] as const)("gives libjpeg's pixels, every one: %s", async (_, options) => {
    const jpeg = await file(45, 70, 3, options);
    expect(await decoder.decode(jpeg, 1, owned)).toEqual({ pixels: await expected(jpeg), height: 45, width: 70 });
  });

  it("repeats gray", async () => {
    const gray = await sharp(await file(20, 30))
      .grayscale()
      .jpeg()
      .toBuffer();
    const { pixels } = await decoder.decode(gray, 1, owned);
    expect(pixels).toEqual(await expected(gray));
    expect(pixels.every((value, i) => value === pixels[i - (i % 3)])).toBe(true);
  });

  it.each([2, 4, 8] as const)("decodes 1 / %i, rounded up", async (shrink) => {
    const { pixels, height, width } = await decoder.decode(await file(45, 70), shrink, owned);
    expect([height, width]).toEqual([Math.ceil(45 / shrink), Math.ceil(70 / shrink)]);
    const flat = await sharp({ create: { height: 45, width: 70, channels: 3, background: "#808080" } })
      .jpeg({ quality: 100 })
      .toBuffer();
    expect(new Set((await decoder.decode(flat, shrink, owned)).pixels)).toEqual(new Set([128]));
    expect(pixels.length).toBe(height * width * 3);
  });

  it("decodes many small ones together, among large ones and shrunk ones, each for itself", async () => {
    const files = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 11 === 5 ? file(200, 300, i) : file(24, 16 + (i % 3), i))),
    );
    const images = await Promise.all(files.map((jpeg, i) => decoder.decode(jpeg, i % 7 === 3 ? 2 : 1, owned)));
    for (const [i, jpeg] of files.entries()) {
      const alone = await decoder.decode(jpeg, i % 7 === 3 ? 2 : 1, owned);
      const { pixels, height, width } = images[i] as JpegPixels;
      expect([height, width, Buffer.compare(pixels, alone.pixels)]).toEqual([alone.height, alone.width, 0]);
    }
  });

  it("refuses a corrupt file, and no other that it was decoded with", async () => {
    const files = await Promise.all(Array.from({ length: 40 }, (_, i) => file(24, 24, i)));
    const broken = files.map((jpeg, i) => (i === 17 || i === 30 ? jpeg.subarray(0, jpeg.length / 2) : jpeg));
    const results = await Promise.allSettled(broken.map((jpeg) => decoder.decode(jpeg, 1, owned)));
    for (const [i, result] of results.entries()) {
      if (i === 17 || i === 30) {
        expect(result).toMatchObject({ reason: { code: "SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED" } });
      } else expect(result).toMatchObject({ value: { pixels: await expected(files[i] as Buffer) } });
    }
  });

  it("hands on what its user throws, and goes on", async () => {
    const jpeg = await file(8, 8);
    const failing = decoder.decode(jpeg, 1, () => {
      throw new Error("mine");
    });
    await expect(failing).rejects.toThrow("mine");
    expect((await decoder.decode(jpeg, 1, owned)).height).toBe(8);
  });

  it("keeps nothing in TensorFlow's memory, names its version, and leaves the backend as it is", async () => {
    const { nativeTensorCount, version } = await useTensorFlow();
    const before = [nativeTensorCount(), tf.memory().numTensors];
    await Promise.all(Array.from({ length: 8 }, async (_, i) => decoder.decode(await file(16, 16, i), 1, owned)));
    expect([nativeTensorCount(), tf.memory().numTensors]).toEqual(before);
    expect(decoder.name).toContain(version);
    expect(tf.getBackend()).toBe("tensorflow");
  });
});
