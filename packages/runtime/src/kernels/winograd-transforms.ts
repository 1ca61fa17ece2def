/** Row by row. */
export type Matrix = readonly (readonly number[])[];

/** The three linear maps of Winograd's minimal filtering, each over whole square tiles that are read row by row. */
export interface WinogradTransforms {
  /** Of a tile of the input: `(outputs + taps - 1)^2` values from as many. */
  readonly input: Matrix;
  /** Of the filter: from `taps^2` values. */
  readonly filter: Matrix;
  /** Of the product of both: to `outputs^2` values. */
  readonly output: Matrix;
}

/**
 * Six values of each row and column of a tile are five finite points and infinity. With these the error in float32 is half of that
 * with the usual 0, 1, -1, 2, -2: 7e-7 of the result's root mean square, where a sum of products has 2e-7. They cost nothing more, since
 * the transforms are matrix products.
 */
const points = [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2];

/**
 * F(m, r) in two dimensions: m x m outputs of a correlation with r x r taps, `output ((filter w) * (input x))`, from
 * (m + r - 1)^2 products in place of m^2 r^2. Here m + r - 1 = 6.
 *
 * A polynomial product is found from its values at points (Toom-Cook); the correlation is its transpose. The values' divisors, those of Lagrange's
 * interpolation, are put into the filter's transform. Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks
 * (2015), section 4.
 */
export function winogradTransforms(outputs: number, taps: number): WinogradTransforms {
  const others = points.map((_, i) => points.filter((_, j) => j !== i));
  const interpolation = [...others.map((roots) => [...product(roots), 0]), product(points)];
  const divisors = points.map((point, i) => (others[i] as number[]).reduce((all, other) => all * (point - other), 1));
  const filter = [...powers(taps).map((row, i) => row.map((power) => power / (divisors[i] as number))), infinity(taps)];
  const evaluated = [...powers(outputs), infinity(outputs)];
  const output = infinity(outputs).map((_, power) => evaluated.map((row) => row[power] as number));
  return { input: bothAxes(interpolation), filter: bothAxes(filter), output: bothAxes(output) };
}

/** The coefficients, from the lowest power, of the polynomial with these roots. */
function product(roots: readonly number[]): number[] {
  let polynomial = [1];
  for (const root of roots) {
    polynomial = [0, ...polynomial].map((below, power) => below - root * (polynomial[power] ?? 0));
  }
  return polynomial;
}

const powers = (count: number) => points.map((point) => Array.from({ length: count }, (_, power) => point ** power));

/** At infinity a polynomial is its highest coefficient. */
const infinity = (count: number) => Array.from({ length: count }, (_, power) => Number(power === count - 1));

/** One axis' map on rows and on columns: the Kronecker product with itself. */
function bothAxes(map: Matrix): Matrix {
  return map.flatMap((down) => map.map((across) => down.flatMap((a) => across.map((b) => a * b))));
}
