const byteUnits = ["bytes", "KiB", "MiB", "GiB", "TiB"];
const countUnits = ["", "thousand", "M", "G", "T", "P"];

/**
 * A number of bytes in three digits: `6.66 GiB`.
 *
 * @example
 * ```ts
 * import { formatBytes } from "@simclr/backbones";
 * console.log(formatBytes(4 * 23_508_032)); // 89.7 MiB
 * ```
 */
export function formatBytes(bytes: number): string {
  return scaled(bytes, byteUnits, 1024);
}

/**
 * A large count in three digits: `4.09 G`.
 *
 * @example
 * ```ts
 * import { formatCount } from "@simclr/backbones";
 * console.log(formatCount(4_089_184_256)); // 4.09 G
 * ```
 */
export function formatCount(count: number): string {
  return scaled(count, countUnits, 1000);
}

function scaled(value: number, units: readonly string[], base: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log(Math.max(value, 1)) / Math.log(base)), 0), units.length - 1);
  return `${Number((value / base ** power).toPrecision(3))} ${units[power]}`.trim();
}
