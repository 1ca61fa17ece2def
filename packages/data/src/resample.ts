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
  readonly pairs: number;
}

const pageBytes = 65536;
// The kernel reads and writes 16 bytes at once.
const slackBytes = 32;
// Rows are resampled four at a time, so that weights are read once for all of them.
const rowsAtOnce = 4;
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
  const roundedRows = Math.ceil(rows / rowsAtOnce) * rowsAtOnce;
  const input = place(roundedRows * inputStride);
  const between = place((roundedRows + 1) * betweenStride);
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
    ...[acrossOffsets, acrossWeights, across.pairs],
  );
  loaded.vertical(
    ...[between, betweenStride, output, outputStride, target.height],
    ...[downOffsets, downWeights, down.pairs],
  );
  const window = bytes.subarray(output, output + target.height * outputStride);
  return use({ pixels: window, height: target.height, width: target.width });
}

const verticalAxis = remembered((length, span, size, first, count): Axis => {
  const { taps, starts, weights } = bilinearCoefficients(length, span, size, first, count);
  const end = (starts[count - 1] as number) + taps;
  return { first: starts[0] as number, end, offsets: starts, ...inPairs(weights, taps) };
});

const horizontalAxis = remembered((length, span, size, first, count, channels): Axis => {
  const { taps, starts, weights } = bilinearCoefficients(length, span, size, first, count);
  return { first: 0, end: length, offsets: starts.map((start) => start * channels), ...inPairs(weights, taps) };
});

/** The weights in pairs, each as two halves of 11 bits: [high0, high1, low0, low1]. */
function inPairs(weights: Int32Array, taps: number): Pick<Axis, "weights" | "pairs"> {
  const pairs = Math.ceil(taps / 2);
  const halves = new Int16Array((weights.length / taps) * pairs * 4);
  weights.forEach((weight, i) => {
    const tap = i % taps;
    const place = (Math.floor(i / taps) * pairs + (tap >> 1)) * 4 + (tap % 2);
    halves[place] = weight >> 11;
    halves[place + 2] = weight & 2047;
  });
  return { weights: new Int32Array(halves.buffer), pairs };
}

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
