import { bilinearCoefficients } from "./bilinear-coefficients.js";
import type { DecodedPixels, UsePixels } from "./image-decoder.js";
import { kernel } from "./resample-kernel.js";

/** What an image is resampled to: `size`, of which the window at `top`, `left` is kept. */
export interface ResampleTarget {
  readonly size: readonly [height: number, width: number];
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** The part of the image that becomes the target, in its pixels. Default: all of it. */
  readonly span?: readonly [height: number, width: number];
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  horizontal(...values: number[]): void;
  vertical(...values: number[]): void;
}

/** One axis as the kernel reads it: bytes to go on from the start of a row or of the image, and weights. */
interface Axis {
  readonly first: number;
  readonly end: number;
  readonly offsets: Int32Array;
  readonly weights: Int32Array;
  readonly taps: number;
}

const pageBytes = 65536;
// The kernel reads and writes 16 bytes at once, and two rows.
const slackBytes = 32;
const rowStride = (bytes: number) => (bytes + slackBytes) & ~15;

let loaded: Kernel | undefined;

function loadKernel(): Kernel {
  const module = new WebAssembly.Module(Uint8Array.from(atob(kernel), (byte) => byte.charCodeAt(0)));
  return new WebAssembly.Instance(module).exports as unknown as Kernel;
}

/**
 * Resamples an image as Pillow's `resize` with BILINEAR does, to the bit: first rows, then columns, each rounded to bytes.
 *
 * @param use gets the pixels of the window, lent for the time of the call
 */
export function resample<T>({ pixels, height, width }: DecodedPixels, target: ResampleTarget, use: UsePixels<T>): T {
  const channels = pixels.length / (height * width);
  const [spanHeight, spanWidth] = target.span ?? [height, width];
  const down = verticalAxis(height, spanHeight, target.size[0], target.top, target.height);
  const across = horizontalAxis(width, spanWidth, target.size[1], target.left, target.width, channels);

  // Rows that no new row needs are left out.
  const rows = down.end - down.first;
  const inputStride = width * channels;
  const outputStride = target.width * channels;
  const betweenStride = rowStride(outputStride);
  const offsets = down.offsets.map((row) => (row - down.first) * betweenStride);

  loaded ??= loadKernel();
  const { memory } = loaded;
  let end = pageBytes;
  const place = (bytes: number) => {
    const start = end;
    end = start + rowStride(bytes);
    return start;
  };
  const [acrossOffsets, acrossWeights] = [place(across.offsets.byteLength), place(across.weights.byteLength)];
  const [downOffsets, downWeights] = [place(offsets.byteLength), place(down.weights.byteLength)];
  const input = place((rows + 1) * inputStride);
  const between = place((rows + 1) * betweenStride);
  const output = place(target.height * outputStride);
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));

  const write = (start: number, values: Int32Array) => new Int32Array(memory.buffer, start, values.length).set(values);
  write(acrossOffsets, across.offsets);
  write(acrossWeights, across.weights);
  write(downOffsets, offsets);
  write(downWeights, down.weights);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(pixels.subarray(down.first * inputStride, down.end * inputStride), input);
  loaded.horizontal(
    ...[input, inputStride, between, betweenStride, rows, target.width, channels],
    ...[acrossOffsets, acrossWeights, across.taps / 2],
  );
  loaded.vertical(
    ...[between, betweenStride, output, outputStride, target.height],
    ...[downOffsets, downWeights, down.taps],
  );
  const window = bytes.subarray(output, output + target.height * outputStride);
  return use({ pixels: window, height: target.height, width: target.width });
}

const verticalAxis = remembered((length, span, size, first, count): Axis => {
  const { taps, starts, weights } = bilinearCoefficients(length, span, size, first, count);
  const end = (starts[count - 1] as number) + taps;
  return { first: starts[0] as number, end, offsets: starts, weights, taps };
});

/** The weights in pairs, each as two halves of 11 bits: [high0, high1, low0, low1]. */
const horizontalAxis = remembered((length, span, size, first, count, channels): Axis => {
  const { taps, starts, weights } = bilinearCoefficients(length, span, size, first, count);
  const even = taps + (taps % 2);
  const halves = new Int16Array(count * even * 2);
  weights.forEach((weight, i) => {
    const tap = i % taps;
    const pair = (Math.floor(i / taps) * even + tap - (tap % 2)) * 2 + (tap % 2);
    halves[pair] = weight >> 11;
    halves[pair + 2] = weight & 2047;
  });
  const offsets = starts.map((start) => start * channels);
  return { first: 0, end: length, offsets, weights: new Int32Array(halves.buffer), taps: even };
});

/** Folders have few sizes, and images of many sizes are made anew. */
function remembered(make: (...values: [number, number, number, number, number, number]) => Axis) {
  const kept = new Map<string, Axis>();
  return (...values: [number, number, number, number, number, number?]): Axis => {
    const key = values.join();
    const known = kept.get(key);
    if (known) return known;
    const axis = make(...(values as [number, number, number, number, number, number]));
    if (kept.size >= 256) kept.clear();
    kept.set(key, axis);
    return axis;
  };
}
