import { normal, randomKey } from "@simclr/core";
import { arrayDataset } from "@simclr/data";
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { classColor } from "./class-color.js";
import { embeddingMap } from "./embedding-map.js";
import { mapPicture } from "./map-picture.js";
import { readTiles, tileSheet } from "./tiles.js";

beforeAll(() => useTensorFlow());

/** Three directions in ten dimensions with noise around them, twenty rows each. */
const size = 10;
const noise = normal(randomKey(1), 60 * size, 0, 0.15);
const labels = Array.from({ length: 60 }, (_, row) => row % 3);
const values = Float32Array.from(noise, (z, i) => z + (i % size === labels[Math.floor(i / size)] ? 1 : 0));
const features = { values, count: 60, size };

test("what is alike lies together: each image's nearest on the map is of its own group", async () => {
  const before = tf.memory().numTensors;
  const { points, aspect } = await embeddingMap(features, { key: randomKey(0), neighbours: 8 });
  expect(tf.memory().numTensors).toBe(before);
  const distance = (a: readonly [number, number], b: readonly [number, number]) =>
    Math.hypot(aspect * (a[0] - b[0]), a[1] - b[1]);
  const nearest = points.map((point, i) => {
    const others = points.map((other, j) => (i === j ? Number.POSITIVE_INFINITY : distance(point, other)));
    return labels[others.indexOf(Math.min(...others))];
  });
  expect(nearest).toEqual(labels);
  for (const axis of [0, 1] as const) {
    const all = points.map((point) => point[axis]);
    expect([Math.min(...all), Math.max(...all)]).toEqual([0, 1]);
  }
  expect(aspect).toBeGreaterThanOrEqual(1);
  expect(aspect).toBeLessThanOrEqual(2);
});

test("the key decides the map, and nothing else does", async () => {
  const progress: number[] = [];
  const onProgress = (done: number, total: number) => progress.push(done / total);
  const first = await embeddingMap(features, { key: randomKey(5), onProgress });
  expect(await embeddingMap(features, { key: randomKey(5) })).toEqual(first);
  expect(await embeddingMap(features, { key: randomKey(6) })).not.toEqual(first);
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

test("the map's picture has each image at its point, framed in its class's colour", async () => {
  const images = Uint8Array.from([40, 200].flatMap((value) => Array<number>(4 * 4).fill(value)));
  const tiles = await readTiles(arrayDataset({ images, shape: [2, 4, 4, 1] }));
  const map = { points: [[0, 0], [1, 1]], aspect: 2, labels: [0, 1], classNames: ["a", "b"] } as const; // biome-ignore format: one line
  const picture = await mapPicture(map, tiles);
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([1600, 840, 4]);
  const at = (x: number, y: number) => [...data.subarray(4 * (y * 1600 + x), 4 * (y * 1600 + x) + 4)];
  const close = (found: number[], wanted: number[]) =>
    found.forEach((value, i) => {
      expect(Math.abs(value - (wanted[i] as number))).toBeLessThan(12);
    });
  close(at(40, 40), [40, 40, 40, 255]);
  close(at(1560, 800), [200, 200, 200, 255]);
  expect(at(800, 400)[3]).toBe(0);
  const orange = Number.parseInt(classColor(1, 2).slice(1), 16);
  const frame = at(1560 - 21, 800).slice(0, 3);
  // Colours are at half resolution in WebP: the frame is nearer to its own than to the tile's gray.
  expect((frame[0] as number) - (frame[2] as number)).toBeGreaterThan(((orange >> 16) - (orange & 255)) / 3);
});

test("thumbnails lie side by side, large images made small", async () => {
  const images = Uint8Array.from([0, 120, 240].flatMap((value) => Array<number>(128 * 64 * 3).fill(value)));
  const tiles = await readTiles(arrayDataset({ images, shape: [3, 128, 64, 3] }));
  expect([tiles.width, tiles.height]).toEqual([32, 64]);
  const { columns, sheet } = await tileSheet(tiles);
  const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
  expect([columns, info.width, info.height]).toEqual([2, 64, 128]);
  const middles = [[16, 32], [48, 32], [16, 96]].map(([x, y]) => data[3 * ((y as number) * 64 + (x as number))] as number); // biome-ignore format: one line
  middles.forEach((value, i) => {
    expect(Math.abs(value - ([0, 120, 240][i] as number))).toBeLessThan(4);
  });
});

test("many classes have colours that differ", () => {
  for (const count of [2, 10, 11, 100]) {
    const colors = Array.from({ length: count }, (_, label) => classColor(label, count));
    expect(new Set(colors).size).toBe(count);
    for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
  }
  // CSS: hsl(0 60% 52%), and the third of a circle on.
  expect([classColor(0, 12), classColor(4, 12)]).toEqual(["#ce3b3b", "#3bce3b"]);
});
