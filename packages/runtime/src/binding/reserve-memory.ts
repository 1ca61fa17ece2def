import { freemem } from "node:os";
import { DataType } from "./data-types.js";
import { memoryAdviser } from "./memory-adviser.js";
import type { Native } from "./native.js";

/** Below it nothing is gained. */
const worthwhileBytes = 64 * 2 ** 20;
/** What is needed at once does not lie without holes: so many times as much keeps the end of the reserve free, and untouched. */
const room = 2;

let reservedBytes = 0;

/**
 * Has TensorFlow's pool for the CPU take one region in which all that a function needs at once finds room. The pool grows by
 * regions of twice the size before, and what does not fit into the rest of one is left there: in training, where the state moves at
 * every step, a quarter more. The system gives memory only to what is written to, and in pages of 2 MiB where it has them. TensorFlow
 * has no call for it: a tensor of that size that is deleted at once leaves its region to the pool.
 *
 * @param peakBytes what the function needs at once
 */
export function reserveMemory({ api, gpu }: Native, peakBytes: number): void {
  if (process.platform !== "linux" || gpu !== undefined || peakBytes < worthwhileBytes) return;
  const bytes = 2 ** Math.ceil(Math.log2(peakBytes * room));
  if (bytes <= reservedBytes || bytes > freemem()) return;
  reservedBytes = bytes;
  const tensor = api.TF_AllocateTensor(DataType.uint8, BigInt64Array.of(BigInt(bytes)), 1, bytes);
  const data = api.TF_TensorData(tensor);
  // No data where the system refuses so much.
  if (data) memoryAdviser("hugePages")(data, bytes);
  api.TF_DeleteTensor(tensor);
}
