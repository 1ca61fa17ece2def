/** A fraction for people: `97.3%`. */
export function percent(fraction: number | undefined, digits = 1): string {
  return fraction === undefined ? "-" : `${(100 * fraction).toFixed(digits)}%`;
}
