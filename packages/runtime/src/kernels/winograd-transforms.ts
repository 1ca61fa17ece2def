/** Row by row. */
export type Matrix = readonly (readonly number[])[];

/** The three linear maps of Winograd's minimal filtering along one axis, from windows of `outputs + taps - 1` values. */
export interface WinogradTransforms {
  /** Of a window of the input: as many values from as many. */
  readonly input: Matrix;
  /** Of the filter: as many as a window has from `taps` values. */
  readonly filter: Matrix;
  /** Of the product of both: `outputs` values from as many as a window has. */
  readonly output: Matrix;
}

/**
 * The finite points, where infinity is the last: of those that were tried, whole numbers among them, these have the least error in
 * float32: at the worst of a tile's pixels 6e-7, 1.3e-6 and 3e-6 of the result's root mean square, where a sum of products has 2e-7.
 * They cost nothing more, since the transforms are matrix products.
 */
const pointsOfWindow: Readonly<Record<number, readonly number[]>> = {
  5: [0.5, -0.5, 1.2, -1.2],
  6: [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2],
  7: [0.35, -0.35, 0.9, -0.9, 1.5, -1.5],
};

/**
 * F(m, r): m outputs of a correlation with r taps, `output ((filter w) * (input x))`, from m + r - 1 products in place of m r; on
 * both axes of an image from the square of that.
 *
 * A polynomial product is found from its values at points (Toom-Cook); the correlation is its transpose. The values' divisors, those of Lagrange's
 * interpolation, are put into the filter's transform. Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks
 * (2015), section 4.
 */
export function winogradTransforms(outputs: number, taps: number): WinogradTransforms {
  const points = pointsOfWindow[outputs + taps - 1] as readonly number[];
  const others = points.map((_, i) => points.filter((_, j) => j !== i));
  const interpolation = [...others.map((roots) => [...product(roots), 0]), product(points)];
  const divisors = points.map((point, i) => (others[i] as number[]).reduce((all, other) => all * (point - other), 1));
  const powers = (count: number) => points.map((point) => Array.from({ length: count }, (_, power) => point ** power));
  const filter = [...powers(taps).map((row, i) => row.map((power) => power / (divisors[i] as number))), infinity(taps)];
  const evaluated = [...powers(outputs), infinity(outputs)];
  const output = infinity(outputs).map((_, power) => evaluated.map((row) => row[power] as number));
  return { input: interpolation, filter, output };
}

/** One axis' map on rows and on columns, of squares that are read row by row: the Kronecker product with itself. */
export function bothAxes(map: Matrix): Matrix {
  return map.flatMap((down) => map.map((across) => down.flatMap((a) => across.map((b) => a * b))));
}

/** The coefficients, from the lowest power, of the polynomial with these roots. */
function product(roots: readonly number[]): number[] {
  let polynomial = [1];
  for (const root of roots) {
    polynomial = [0, ...polynomial].map((below, power) => below - root * (polynomial[power] ?? 0));
  }
  return polynomial;
}

/** At infinity a polynomial is its highest coefficient. */
const infinity = (count: number) => Array.from({ length: count }, (_, power) => Number(power === count - 1));
