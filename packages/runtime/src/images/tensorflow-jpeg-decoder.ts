import * as tf from "@tensorflow/tfjs-core";
import pLimit from "p-limit";
import { backendName, type TensorFlowBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { allocate, free } from "../binding/c-api.js";
import { DataType } from "../binding/data-types.js";
import { newHostTensor } from "../binding/host-tensor.js";
import type { Native } from "../binding/native.js";
import { Status } from "../binding/status.js";

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

const dctMethod = Buffer.from("INTEGER_ACCURATE");

/** Koffi refuses more than 256 calls at a time; the threads are few anyway. */
const queue = pLimit(32);

/**
 * Decodes JPEG files by TensorFlow's DecodeJpeg, libjpeg-turbo, in half of sharp's time and less: nothing but the decoding.
 *
 * The accurate integer transform and smooth colour: the pixels are those of Pillow, and of sharp where it resamples nothing.
 * Starts TensorFlow where it has not been started, with its default settings, and makes it the current backend then.
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
    decode: (file, shrink, use) => queue(async () => use(lent(native, await decode(native, file, shrink)))),
  };
}

/** @returns a tensor that the caller deletes */
async function decode(native: Native, file: Uint8Array, shrink: number): Promise<DecodedTensor> {
  const { api } = native;
  const status = new Status(api);
  const memory = allocate(16);
  const [outputs, count] = [memory, memory + 8n];
  let operation: bigint | undefined;
  try {
    const call = newCall(native, file, shrink, status);
    operation = call;
    api.memcpy(count, Int32Array.of(1), 4);
    await new Promise<void>((resolve, reject) =>
      api.TFE_Execute.async(call, outputs, count, status.address, (error) => (error ? reject(error) : resolve())),
    );
    status.check("DecodeJpeg");
    const handle = new BigUint64Array(1);
    api.memcpy(handle, outputs, 8);
    return resolved(native, handle[0] as bigint, status);
  } finally {
    if (operation !== undefined) api.TFE_DeleteOp(operation);
    free(memory);
    status.delete();
  }
}

function newCall({ api, context }: Native, file: Uint8Array, shrink: number, status: Status): bigint {
  const tensor = newHostTensor(api, [], DataType.string, [file]);
  const handle = api.TFE_NewTensorHandle(tensor, status.address);
  api.TF_DeleteTensor(tensor);
  status.check("the making of a tensor");
  const operation = api.TFE_NewOp(context, "DecodeJpeg", status.address);
  status.check("DecodeJpeg");
  api.TFE_OpAddInput(operation, handle, status.address);
  api.TFE_DeleteTensorHandle(handle);
  api.TFE_OpSetAttrInt(operation, "channels", 3);
  api.TFE_OpSetAttrInt(operation, "ratio", shrink);
  api.TFE_OpSetAttrString(operation, "dct_method", dctMethod, dctMethod.length);
  return operation;
}

interface DecodedTensor {
  readonly tensor: bigint;
  readonly height: number;
  readonly width: number;
}

/** Deletes the handle. */
function resolved({ api }: Native, handle: bigint, status: Status): DecodedTensor {
  const tensor = api.TFE_TensorHandleResolve(handle, status.address);
  const height = Number(api.TFE_TensorHandleDim(handle, 0, status.address));
  const width = Number(api.TFE_TensorHandleDim(handle, 1, status.address));
  api.TFE_DeleteTensorHandle(handle);
  status.check("the decoding of an image");
  return { tensor, height, width };
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
