import koffi from "koffi";
import { memoryAdviser } from "./memory-adviser.js";

/** Less than two huge pages may hold none that is whole. */
const worthwhileBytes = 2 * 2 ** 21;

let advise: ReturnType<typeof memoryAdviser> | undefined;

/**
 * Memory of JavaScript's, zeros; much of it in huge pages on Linux: a system gives new memory page by page, which takes several
 * times as long as to fill it.
 */
export function newHostBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  if (process.platform !== "linux" || count < worthwhileBytes) return bytes;
  advise ??= memoryAdviser("hugePages");
  advise(koffi.address(bytes), count);
  return bytes;
}
