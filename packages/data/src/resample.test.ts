import { describe, expect, it } from "vitest";
import { compileResampleKernel } from "../scripts/compile-resample-kernel.js";
import { bilinearCoefficients } from "./bilinear-coefficients.js";
import pillow from "./fixtures/pillow.json" with { type: "json" };
import type { DecodedPixels } from "./image-decoder.js";
import { type ResampleTarget, resample } from "./resample.js";
import { kernel } from "./resample-kernel.js";
import { busy, pixels } from "./testing/files.js";

const owned = ({ pixels: values }: DecodedPixels) => values.slice();
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const whole = (height: number, width: number): ResampleTarget => ({ size: [height, width], top: 0, left: 0, height, width }); // biome-ignore format: one line

describe("resample", () => {
  it.each(pillow.resized)("$from to $to with $channels channels: Pillow's bytes", (golden) => {
    const [[height, width], [newHeight, newWidth]] = [golden.from, golden.to] as [[number, number], [number, number]];
    const target = { ...whole(newHeight, newWidth), ...(golden.span && { span: golden.span as [number, number] }) };
    expect(resample({ pixels: bytes(golden.pixels), height, width }, target, owned)).toEqual(bytes(golden.expected));
  });

  it.each([
    [
      [40, 56],
      [35, 49],
      [3, 11, 20, 17],
    ],
    [
      [17, 90],
      [64, 21],
      [40, 0, 24, 21],
    ],
    [
      [8, 8],
      [8, 8],
      [0, 0, 8, 8],
    ],
    [
      [70, 33],
      [5, 31],
      [1, 13, 3, 1],
    ],
  ] as const)(
    "%j to %j: a window is that part of the whole, as written out",
    ([height, width], [newHeight, newWidth], window) => {
      const [top, left, windowHeight, windowWidth] = window;
      const image = { pixels: pixels(height, width, busy), height, width };
      const all = writtenOut(image, newHeight, newWidth);
      expect(resample(image, whole(newHeight, newWidth), owned)).toEqual(all);
      const target = { size: [newHeight, newWidth], top, left, height: windowHeight, width: windowWidth } as const;
      const at = (y: number, x: number) => {
        const start = 3 * ((y + top) * newWidth + x + left);
        return [...all.subarray(start, start + 3)];
      };
      expect(resample(image, target, owned)).toEqual(pixels(windowHeight, windowWidth, at));
    },
  );

  it("keeps what has its size already, to the byte", () => {
    const image = { pixels: pixels(13, 17, busy), height: 13, width: 17 };
    expect(resample(image, whole(13, 17), owned)).toEqual(image.pixels);
  });

  it("grows with the image", () => {
    const image = { pixels: new Uint8Array(2000 * 1500 * 3).fill(77), height: 2000, width: 1500 };
    expect(resample(image, whole(4, 3), owned)).toEqual(new Uint8Array(36).fill(77));
  });

  it("runs what its source says", async () => {
    expect(kernel).toBe(await compileResampleKernel());
  });
});

/** Both passes in plain numbers. */
function writtenOut({ pixels: values, height, width }: DecodedPixels, newHeight: number, newWidth: number): Uint8Array {
  const rounded = (sum: number) => Math.min(255, Math.max(0, Math.floor((sum + 2 ** 21) / 2 ** 22)));
  const pass = (length: number, size: number, at: (place: number) => number) => {
    const { taps, starts, weights } = bilinearCoefficients(length, length, size, 0, size);
    return (i: number) => {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += (weights[i * taps + tap] as number) * at((starts[i] as number) + tap);
      return rounded(sum);
    };
  };
  const between = pixels(height, newWidth, (y, x) =>
    [0, 1, 2].map((c) => pass(width, newWidth, (place) => values[3 * (y * width + place) + c] as number)(x)),
  );
  return pixels(newHeight, newWidth, (y, x) =>
    [0, 1, 2].map((c) => pass(height, newHeight, (place) => between[3 * (place * newWidth + x) + c] as number)(y)),
  );
}
