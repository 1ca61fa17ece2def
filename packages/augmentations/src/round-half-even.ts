/** Rounds to the nearest integer and halves to the even one: C's `lrint`, TensorFlow's `rint`, Python's `round`. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const fraction = x - below;
  if (fraction !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
