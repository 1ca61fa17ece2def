/** Upper left, upper right, lower right, lower left, in pixels. */
export type Corners = readonly [Point, Point, Point, Point];
type Point = readonly [x: number, y: number];

/**
 * The perspective map that takes four points to four others: `(x, y) -> ((a x + b y + c) / w, (d x + e y + f) / w)`,
 * `w = g x + h y + 1`; eight linear equations by Gaussian elimination.
 *
 * @param to where the moved points come from
 * @returns a to h
 */
export function perspectiveCoefficients(to: Corners, from: Corners): number[] {
  const rows = from.flatMap(([x, y], i) => {
    const [u, v] = to[i] as Point;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  return solved(rows);
}

/** Of equations in rows, their right side last; each row is changed. */
function solved(rows: number[][]): number[] {
  const at = (row: number, column: number) => (rows[row] as number[])[column] as number;
  rows.forEach((_, pivot) => {
    const below = rows.map((_, i) => i).slice(pivot);
    const largest = below.reduce((best, i) => (Math.abs(at(i, pivot)) > Math.abs(at(best, pivot)) ? i : best), pivot);
    [rows[pivot], rows[largest]] = [rows[largest] as number[], rows[pivot] as number[]];
    rows.forEach((row, i) => {
      if (i === pivot) return;
      const factor = at(i, pivot) / at(pivot, pivot);
      for (let column = pivot; column < row.length; column++) row[column] = at(i, column) - factor * at(pivot, column);
    });
  });
  return rows.map((_, i) => at(i, rows.length) / at(i, i));
}
