const scratch = new DataView(new ArrayBuffer(4));

/**
 * The float32 numbers of IEEE float16 bit patterns; every one is exact.
 *
 * @param bits one 16-bit pattern a number
 */
export function float32FromFloat16(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** The float32 numbers of bfloat16 bit patterns, the upper halves of float32's; every one is exact. */
export function float32FromBfloat16(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    scratch.setUint32(0, half << 16);
    return scratch.getFloat32(0);
  });
}
