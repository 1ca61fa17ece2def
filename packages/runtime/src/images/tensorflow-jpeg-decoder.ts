import * as tf from "@tensorflow/tfjs-core";
import { backendName, type TensorFlowBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import type { Native } from "../binding/native.js";
import { type DecodedTensor, decodeJpegs } from "./decode-jpegs.js";

/** Pixels of a JPEG file: `height * width * 3` bytes of sRGB, row by row. */
export interface JpegPixels {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** TensorFlow as a decoder of JPEG files; `bilinearDecoder({ jpeg })` of `@simclr/data` takes it. */
export interface TensorFlowJpegDecoder {
  /** Names what the pixels depend on: `"TensorFlow 2.21.0's DecodeJpeg"`. */
  readonly name: string;
  /**
   * Decodes on another thread.
   *
   * @param file a baseline or progressive JPEG of 8 bits; gray is repeated in three channels, EXIF orientation and colour
   *   profiles are ignored
   * @param shrink gives 1 / `shrink` of the height and of the width, rounded up
   * @param use gets the pixels, in memory that is lent for the time of the call: the next image comes to lie there
   * @returns what `use` returns
   * @throws SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED for a file that is corrupt or cut off
   */
  decode<T>(file: Uint8Array, shrink: 1 | 2 | 4 | 8, use: (image: JpegPixels) => T): Promise<T>;
}

/**
 * Decodes JPEG files by TensorFlow's DecodeJpeg, libjpeg-turbo, in half of sharp's time and less: nothing but the decoding.
 *
 * The accurate integer transform and smooth colour: the pixels are those of Pillow, and of sharp where it resamples nothing.
 * Small files that wait are decoded together, in one call. Calls leave a thread of Node's pool free, so that a compiled step
 * never waits for all of them. Starts TensorFlow where it has not been started, with its default settings, and makes it the current backend then.
 *
 * @throws what {@link useTensorFlow} throws
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { tensorflowJpegDecoder } from "@simclr/runtime";
 * const decoder = await tensorflowJpegDecoder();
 * const file = await readFile("photos/cats/0.jpg"); // 64 wide and 48 high
 * const pixels = await decoder.decode(file, 1, (image) => image.pixels.slice());
 * console.log(pixels.length); // 9216
 * ```
 */
export async function tensorflowJpegDecoder(): Promise<TensorFlowJpegDecoder> {
  const started = tf.engine().registryFactory[backendName] && tf.findBackend(backendName);
  if (!started) await useTensorFlow();
  const { native } = (tf.findBackend(backendName) as TensorFlowBackend).binding;
  return {
    name: `TensorFlow ${native.version}'s DecodeJpeg`,
    decode: (file, shrink, use) =>
      new Promise((resolve, reject) => {
        const settle = (image: JpegPixels) => resolve(use(image));
        enqueue(native, { file, shrink, settle, reject });
      }),
  };
}

interface Job {
  readonly file: Uint8Array;
  readonly shrink: number;
  /** Whether a group that it was in failed. */
  readonly isAlone?: boolean;
  settle(image: JpegPixels): void;
  reject(error: unknown): void;
}

// A call costs as much as the decoding of a file of 2 kB, and wakes two threads: that costs more than the call.
const mostFiles = 16;
const mostBytes = 2 ** 19;
const mostCalls = Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1);

const waiting: Job[] = [];
let calls = 0;

function enqueue(native: Native, job: Job): void {
  waiting.push(job);
  startCalls(native);
}

function startCalls(native: Native): void {
  while (calls < mostCalls && waiting.length > 0) {
    calls++;
    void run(native, takeGroup());
  }
}

/** Takes a power of two of jobs, so that few functions are made. */
function takeGroup(): Job[] {
  const [{ shrink, isAlone }] = waiting as [Job];
  let count = 0;
  let bytes = 0;
  for (const job of waiting) {
    bytes += job.file.length;
    const fits = job.shrink === shrink && !isAlone && !job.isAlone && bytes <= mostBytes && count < mostFiles;
    if (count > 0 && !fits) break;
    count++;
  }
  return waiting.splice(0, 2 ** Math.floor(Math.log2(count)));
}

/** Starts the next call before it hands out what came of its own: the other threads do not wait for what is done with that. */
async function run(native: Native, jobs: readonly Job[]): Promise<void> {
  const [{ shrink }] = jobs as [Job];
  const files = jobs.map(({ file }) => file);
  const result = await decodeJpegs(native, files, shrink).catch((error: unknown) => ({ error }));
  const isCorrupt = "error" in result;
  // One of several is corrupt: which one shows when they are decoded one by one.
  if (isCorrupt && jobs.length > 1) for (const job of jobs) waiting.unshift({ ...job, isAlone: true });
  calls--;
  startCalls(native);
  if (!isCorrupt) for (const [i, image] of result.entries()) finish(native, image, jobs[i] as Job);
  else if (jobs.length === 1) jobs[0]?.reject(result.error);
}

function finish(native: Native, image: DecodedTensor, job: Job): void {
  try {
    job.settle(lent(native, image));
  } catch (error) {
    job.reject(error);
  }
}

let scratch = new Uint8Array();

/** Moves an image to memory that all images share. */
function lent({ api }: Native, { tensor, height, width }: DecodedTensor): JpegPixels {
  const byteCount = height * width * 3;
  if (scratch.length < byteCount) scratch = new Uint8Array(byteCount);
  api.memcpy(scratch, api.TF_TensorData(tensor), byteCount);
  api.TF_DeleteTensor(tensor);
  return { pixels: scratch.subarray(0, byteCount), height, width };
}
