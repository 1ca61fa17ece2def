/** Which values of an axis make each new value, and with which weights. */
export interface Coefficients {
  /** How many weights every new value has; those that it does not need are 0. */
  readonly taps: number;
  /** `[count]`: the first value that counts. */
  readonly starts: Int32Array;
  /** `[count, taps]`, in units of 2^-22. */
  readonly weights: Int32Array;
}

/**
 * A triangle as wide as the step between new values, so that shrinking averages: Pillow's BILINEAR, torchvision's
 * `antialias`. Weights are rounded to 22 fractional bits, as Pillow's are for images of bytes.
 *
 * @param length how many values there are
 * @param span the part of them that becomes the new axis; less than `length` by a fraction where the last value is half outside
 * @param size how long the new axis is
 * @param first the first of its values that is wanted
 * @param count how many are wanted
 */
export function bilinearCoefficients(
  length: number,
  span: number,
  size: number,
  first: number,
  count: number,
): Coefficients {
  const scale = span / size;
  const support = Math.max(1, scale);
  const windows = Array.from({ length: count }, (_, i) => {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(length, Math.trunc(centre + support + 0.5));
    const triangle = Array.from({ length: end - start }, (_, tap) =>
      Math.max(0, 1 - Math.abs((start + tap - centre + 0.5) * (1 / support))),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    return { start, weights: triangle.map((weight) => Math.trunc(0.5 + (weight / sum) * 2 ** 22)) };
  });
  const taps = windows.reduce((most, window) => Math.max(most, window.weights.length), 1);
  const starts = new Int32Array(count);
  const weights = new Int32Array(count * taps);
  for (const [i, window] of windows.entries()) {
    // The last window is moved, so that all of it lies inside.
    const moved = Math.min(window.start, length - taps);
    starts[i] = moved;
    weights.set(window.weights, i * taps + window.start - moved);
  }
  return { taps, starts, weights };
}
