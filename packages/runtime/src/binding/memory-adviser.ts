import koffi from "koffi";

/** sys/mman.h of Linux: pages that may go back to the system, and those that had better be huge. */
const codes = { notNeeded: 4, hugePages: 14 } as const;

/** Tells Linux what pages are for, from the start of one on. It may not follow: that does no harm. */
export function memoryAdviser(advice: keyof typeof codes): (start: bigint, bytes: number) => void {
  const advise = koffi.load(null).func("madvise", "int", ["void *", "size_t", "int"]);
  return (start, bytes) => advise(start, bytes, codes[advice]);
}
