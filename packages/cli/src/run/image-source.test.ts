import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { centerCrop } from "@simclr/augmentations";
import { randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import type { ImageBatch } from "@simclr/data";
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { expect, test } from "vitest";
import { imageSource } from "./image-source.js";

/** A photo whose every pixel is another one. */
const pixels = (side: number) => Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 7919 + (i >> 5)) % 256);

async function folderOf(side: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "image-source-"));
  for (const part of ["train/a", "train/b", "test/a", "test/b"]) {
    mkdirSync(join(folder, part), { recursive: true });
    await sharp(pixels(side), { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toFile(join(folder, part, "1.png"));
  }
  return folder;
}

const data = { imageKey: null, labelKey: null, validationLabels: null, cacheFolder: null };
const source = async (side: number, imageSize: number) => {
  const recipe = { imageSize, exampleCount: null, seed: 0, data, evaluation: { heldOutFraction: 0.2 } };
  return imageSource(await folderOf(side), recipe, { onWarning: (message) => expect.unreachable(message) });
};

test("a network's test image, cropped to 0.875, is the photo's own centre: no pixel is enlarged", async () => {
  await useTensorFlow();
  const { test: cropped, networkTest } = await source(55, 48);
  expect(cropped?.imageShape).toEqual([48, 48, 3]);
  const read = networkTest?.read([0]);
  const { images, shape } = (await read) as ImageBatch;
  expect([...images]).toEqual([...pixels(55)]);
  const crop = centerCrop({ imageSize: [48, 48] });
  const boxes = crop.sample(randomKey(0), { batchSize: 1, imageSize: [55, 55] });
  const [seen, centre] = tf.tidy(() => {
    const whole = tf.div<tf.Tensor4D>(tf.tensor4d(images, [...shape], "int32"), 255);
    return [crop.apply(whole, boxes), tf.slice(whole, [0, 4, 4, 0], [1, 48, 48, 3])];
  });
  expectClose(seen, centre, { absolute: 1e-5 });
  tf.dispose([seen, centre]);
});

test("images of at most 32 pixels are not cropped, and have no margin", async () => {
  const { test: cropped, networkTest } = await source(32, 32);
  expect(networkTest?.imageShape).toEqual([32, 32, 3]);
  expect((await networkTest?.read([0, 1]))?.images).toEqual((await cropped?.read([0, 1]))?.images);
});
