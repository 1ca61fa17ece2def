// The two passes of a separable resampling, in AssemblyScript; compile-resample-kernel.ts makes src/resample-kernel.ts of it.
//
// Sums are those of Pillow, to the bit: weights are integers of 22 fractional bits, rounding adds a half, each pass gives
// bytes. A weight comes as two 16-bit halves of 11 bits, because one instruction multiplies and adds pairs of those:
// weights are [high0, high1, low0, low1] for every pair of taps. Rows and places are read up to 16 bytes beyond their end,
// and up to three rows beyond the last: the memory is larger.

const half: i32 = 1 << 21;

// Four bytes of every sum: (high * 2^11 + low + half) / 2^22.
// @ts-ignore: decorator
@inline
function rounded(high: v128, low: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shl(high, 11), i32x4.add(low, i32x4.splat(half))), 22);
}

// @ts-ignore: decorator
@inline
function sumOfPairs(first: v128, second: v128, high0: v128, low0: v128, high1: v128, low1: v128): v128 {
  return rounded(
    i32x4.add(i32x4.dot_i16x8_s(first, high0), i32x4.dot_i16x8_s(second, high1)),
    i32x4.add(i32x4.dot_i16x8_s(first, low0), i32x4.dot_i16x8_s(second, low1)),
  );
}

// Writes a pixel of four rows; the bytes beyond it are the next one's.
// @ts-ignore: decorator
@inline
function write(out: usize, stride: i32, sum0: v128, sum1: v128, sum2: v128, sum3: v128): void {
  const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(sum0, sum1), i16x8.narrow_i32x4_s(sum2, sum3));
  v128.store32_lane(out, bytes, 0);
  v128.store32_lane(out + stride, bytes, 1);
  v128.store32_lane(out + 2 * stride, bytes, 2);
  v128.store32_lane(out + 3 * stride, bytes, 3);
}

// Moves the channels of two neighbouring pixels into 16-bit lanes, side by side. With constants it is one instruction.
// @ts-ignore: decorator
@inline
function pair(pixels: v128, channels: i32): v128 {
  return channels == 3
    ? i8x16.swizzle(pixels, v128(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1))
    : i8x16.swizzle(pixels, v128(0, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
}

// The two pixels after those.
// @ts-ignore: decorator
@inline
function nextPair(pixels: v128): v128 {
  return i8x16.swizzle(pixels, v128(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
}

// @ts-ignore: decorator
@inline
function sumOfFour(place: usize, high0: v128, low0: v128, high1: v128, low1: v128): v128 {
  const pixels = v128.load(place);
  const first = pair(pixels, 3);
  const second = nextPair(pixels);
  return sumOfPairs(first, second, high0, low0, high1, low1);
}

// Four rows at once, three channels and four taps: shrinking to no less than a half takes no more.
function horizontalOfFour(
  input: usize,
  inputStride: i32,
  output: usize,
  outputStride: i32,
  rows: i32,
  columns: i32,
  offsets: usize,
  weights: usize,
): void {
  for (let y = 0; y < rows; y += 4) {
    const row = input + y * inputStride;
    let out = output + y * outputStride;
    let weight = weights;
    for (let x = 0; x < columns; x++) {
      const place = row + load<i32>(offsets + (x << 2));
      const high0 = v128.load32_splat(weight);
      const low0 = v128.load32_splat(weight, 4);
      const high1 = v128.load32_splat(weight, 8);
      const low1 = v128.load32_splat(weight, 12);
      write(
        out,
        outputStride,
        sumOfFour(place, high0, low0, high1, low1),
        sumOfFour(place + inputStride, high0, low0, high1, low1),
        sumOfFour(place + 2 * inputStride, high0, low0, high1, low1),
        sumOfFour(place + 3 * inputStride, high0, low0, high1, low1),
      );
      weight += 16;
      out += 3;
    }
  }
}

// @ts-ignore: decorator
@inline
function horizontalOf(
  input: usize,
  inputStride: i32,
  output: usize,
  outputStride: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  offsets: usize,
  weights: usize,
  pairs: i32,
): void {
  const zero = i32x4.splat(0);
  for (let y = 0; y < rows; y += 4) {
    const row = input + y * inputStride;
    let out = output + y * outputStride;
    let weight = weights;
    for (let x = 0; x < columns; x++) {
      let place = row + load<i32>(offsets + (x << 2));
      let high0 = zero, high1 = zero, high2 = zero, high3 = zero;
      let low0 = zero, low1 = zero, low2 = zero, low3 = zero;
      for (const end = weight + (pairs << 3); weight < end; weight += 8) {
        const high = v128.load32_splat(weight);
        const low = v128.load32_splat(weight, 4);
        const first = pair(v128.load64_zero(place), channels);
        const second = pair(v128.load64_zero(place + inputStride), channels);
        const third = pair(v128.load64_zero(place + 2 * inputStride), channels);
        const fourth = pair(v128.load64_zero(place + 3 * inputStride), channels);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(first, high));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(first, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(second, high));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(second, low));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(third, high));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(third, low));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(fourth, high));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(fourth, low));
        place += channels << 1;
      }
      write(
        out,
        outputStride,
        rounded(high0, low0),
        rounded(high1, low1),
        rounded(high2, low2),
        rounded(high3, low3),
      );
      out += channels;
    }
  }
}

export function horizontal(
  input: usize,
  inputStride: i32,
  output: usize,
  outputStride: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  offsets: usize,
  weights: usize,
  pairs: i32,
): void {
  if (channels == 1) horizontalOf(input, inputStride, output, outputStride, rows, columns, 1, offsets, weights, pairs);
  else if (pairs == 2) horizontalOfFour(input, inputStride, output, outputStride, rows, columns, offsets, weights);
  else horizontalOf(input, inputStride, output, outputStride, rows, columns, 3, offsets, weights, pairs);
}

// @ts-ignore: decorator
@inline
function lowBytes(above: v128, below: v128): v128 {
  return i8x16.shuffle(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function highBytes(above: v128, below: v128): v128 {
  return i8x16.shuffle(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Sixteen values of a row at once, from four rows.
function verticalOfFour(
  input: usize,
  inputStride: i32,
  output: usize,
  outputStride: i32,
  rows: i32,
  offsets: usize,
  weights: usize,
): void {
  let weight = weights;
  for (let y = 0; y < rows; y++) {
    let place = input + load<i32>(offsets + (y << 2));
    const high0 = v128.load32_splat(weight);
    const low0 = v128.load32_splat(weight, 4);
    const high1 = v128.load32_splat(weight, 8);
    const low1 = v128.load32_splat(weight, 12);
    let out = output + y * outputStride;
    for (const end = out + outputStride; out < end; out += 16) {
      const row0 = v128.load(place);
      const row1 = v128.load(place + inputStride);
      const row2 = v128.load(place + 2 * inputStride);
      const row3 = v128.load(place + 3 * inputStride);
      const left0 = lowBytes(row0, row1);
      const left1 = lowBytes(row2, row3);
      const words0 = i16x8.narrow_i32x4_s(
        sumOfPairs(v128.extend_low<u8>(left0), v128.extend_low<u8>(left1), high0, low0, high1, low1),
        sumOfPairs(v128.extend_high<u8>(left0), v128.extend_high<u8>(left1), high0, low0, high1, low1),
      );
      const right0 = highBytes(row0, row1);
      const right1 = highBytes(row2, row3);
      const words1 = i16x8.narrow_i32x4_s(
        sumOfPairs(v128.extend_low<u8>(right0), v128.extend_low<u8>(right1), high0, low0, high1, low1),
        sumOfPairs(v128.extend_high<u8>(right0), v128.extend_high<u8>(right1), high0, low0, high1, low1),
      );
      v128.store(out, i8x16.narrow_i16x8_u(words0, words1));
      place += 16;
    }
    weight += 16;
  }
}

// Sixteen values of a row at once, a position's taps in pairs.
export function vertical(
  input: usize,
  inputStride: i32,
  output: usize,
  outputStride: i32,
  rows: i32,
  offsets: usize,
  weights: usize,
  pairs: i32,
): void {
  if (pairs == 2) return verticalOfFour(input, inputStride, output, outputStride, rows, offsets, weights);
  const zero = i32x4.splat(0);
  let weight = weights;
  for (let y = 0; y < rows; y++) {
    const first = input + load<i32>(offsets + (y << 2));
    const end = weight + (pairs << 3);
    const out = output + y * outputStride;
    for (let x = 0; x < outputStride; x += 16) {
      let high0 = zero, high1 = zero, high2 = zero, high3 = zero;
      let low0 = zero, low1 = zero, low2 = zero, low3 = zero;
      let place = first + x;
      for (let w = weight; w < end; w += 8) {
        const high = v128.load32_splat(w);
        const low = v128.load32_splat(w, 4);
        const above = v128.load(place);
        const below = v128.load(place + inputStride);
        const left = lowBytes(above, below);
        const right = highBytes(above, below);
        const values0 = v128.extend_low<u8>(left);
        const values1 = v128.extend_high<u8>(left);
        const values2 = v128.extend_low<u8>(right);
        const values3 = v128.extend_high<u8>(right);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(values0, high));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(values0, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(values1, high));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(values1, low));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(values2, high));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(values2, low));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(values3, high));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(values3, low));
        place += inputStride << 1;
      }
      const words0 = i16x8.narrow_i32x4_s(rounded(high0, low0), rounded(high1, low1));
      const words1 = i16x8.narrow_i32x4_s(rounded(high2, low2), rounded(high3, low3));
      v128.store(out + x, i8x16.narrow_i16x8_u(words0, words1));
    }
    weight = end;
  }
}
