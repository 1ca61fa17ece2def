// The two passes of a separable resampling, in AssemblyScript; compile-resample-kernel.ts makes src/resample-kernel.ts of it.
//
// Sums are those of Pillow, to the bit: weights are integers of 22 fractional bits, rounding adds a half, each pass gives
// bytes. A horizontal weight comes as two 16-bit halves of 11 bits, because one instruction multiplies and adds pairs of
// those. Rows and places are read up to 16 bytes beyond their end: the memory is larger.

const half: i32 = 1 << 21;

// Two rows at once, a position's taps in pairs: weights are [high0, high1, low0, low1] for every pair. `pair` moves the
// channels of two neighbouring pixels into 16-bit lanes, side by side.
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
  const pair = channels == 3
    ? v128(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
    : v128(0, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  for (let y = 0; y < rows; y += 2) {
    const row = input + y * inputStride;
    let out = output + y * outputStride;
    let weight = weights;
    for (let x = 0; x < columns; x++) {
      let place = row + load<i32>(offsets + (x << 2));
      let high0 = i32x4.splat(0);
      let high1 = high0;
      let low0 = i32x4.splat(half);
      let low1 = low0;
      for (const end = weight + (pairs << 3); weight < end; weight += 8) {
        const high = v128.load32_splat(weight);
        const low = v128.load32_splat(weight, 4);
        const first = i8x16.swizzle(v128.load64_zero(place), pair);
        const second = i8x16.swizzle(v128.load64_zero(place + inputStride), pair);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(first, high));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(first, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(second, high));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(second, low));
        place += channels << 1;
      }
      const sum0 = i32x4.shr_s(i32x4.add(i32x4.shl(high0, 11), low0), 22);
      const sum1 = i32x4.shr_s(i32x4.add(i32x4.shl(high1, 11), low1), 22);
      const words = i16x8.narrow_i32x4_s(sum0, sum1);
      const bytes = i8x16.narrow_i16x8_u(words, words);
      v128.store32_lane(out, bytes, 0);
      v128.store32_lane(out + outputStride, bytes, 1);
      out += channels;
    }
  }
}

// Sixteen values of a row at once; a row's weights are plain 32-bit integers.
export function vertical(
  input: usize,
  inputStride: i32,
  output: usize,
  outputStride: i32,
  rows: i32,
  offsets: usize,
  weights: usize,
  taps: i32,
): void {
  let weight = weights;
  for (let y = 0; y < rows; y++) {
    const first = input + load<i32>(offsets + (y << 2));
    const end = weight + (taps << 2);
    const out = output + y * outputStride;
    for (let x = 0; x < outputStride; x += 16) {
      let sum0 = i32x4.splat(half);
      let sum1 = sum0;
      let sum2 = sum0;
      let sum3 = sum0;
      let place = first + x;
      for (let w = weight; w < end; w += 4) {
        const values = v128.load(place);
        const factor = v128.load32_splat(w);
        const low = v128.extend_low<u8>(values);
        const high = v128.extend_high<u8>(values);
        sum0 = i32x4.add(sum0, i32x4.mul(v128.extend_low<u16>(low), factor));
        sum1 = i32x4.add(sum1, i32x4.mul(v128.extend_high<u16>(low), factor));
        sum2 = i32x4.add(sum2, i32x4.mul(v128.extend_low<u16>(high), factor));
        sum3 = i32x4.add(sum3, i32x4.mul(v128.extend_high<u16>(high), factor));
        place += inputStride;
      }
      const words0 = i16x8.narrow_i32x4_s(i32x4.shr_s(sum0, 22), i32x4.shr_s(sum1, 22));
      const words1 = i16x8.narrow_i32x4_s(i32x4.shr_s(sum2, 22), i32x4.shr_s(sum3, 22));
      v128.store(out + x, i8x16.narrow_i16x8_u(words0, words1));
    }
    weight = end;
  }
}
