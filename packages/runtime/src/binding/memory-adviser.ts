import koffi from "koffi";

/** sys/mman.h of Linux: pages that may go back to the system, and those that had better be huge. */
const codes = { notNeeded: 4, hugePages: 14 } as const;

const pageBytes = 4096n;

/** Tells Linux what the pages that lie whole within some memory are for. It may not follow: that does no harm. */
export function memoryAdviser(advice: keyof typeof codes): (start: bigint, bytes: number) => void {
  const advise = koffi.load(null).func("madvise", "int", ["void *", "size_t", "int"]);
  return (start, bytes) => {
    const first = ((start + pageBytes - 1n) / pageBytes) * pageBytes;
    const end = ((start + BigInt(bytes)) / pageBytes) * pageBytes;
    if (end > first) advise(first, Number(end - first), codes[advice]);
  };
}
