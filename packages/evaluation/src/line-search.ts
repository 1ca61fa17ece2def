/** A point of the parameter space, with what the objective says there. */
export interface Point {
  readonly at: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

// Wolfe's constants as Nocedal and Wright give them for quasi-Newton methods.
const sufficient = 1e-4;
const flat = 0.9;
// What float32 cannot tell apart in a mean over many rows, relative to the value.
const rounding = 1e-6;
const maxEvaluations = 30;

/**
 * A point along a direction where the value has fallen enough and the slope has become flat enough (strong Wolfe), found
 * by bracketing: twice as far while still falling, then between the ends by the secant of the slopes. Near the minimum a
 * fall is smaller than the value's rounding; the slope, which is still exact there, then decides alone.
 *
 * @param length where to look first
 * @returns nothing when the direction does not descend or no such point is found
 * @see Nocedal and Wright 2006, section 3.5; Hager and Zhang 2005, the approximate Wolfe condition
 */
export async function lineSearch(
  evaluate: (at: Float64Array) => Promise<Point>,
  from: Point,
  direction: Float64Array,
  length: number,
): Promise<Point | undefined> {
  const slopeOf = ({ gradient }: Point) => gradient.reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
  const slope = slopeOf(from);
  if (!(slope < 0)) return undefined;
  const noise = rounding * Math.abs(from.value);
  let low = { at: 0, slope };
  let high: { at: number; slope: number } | undefined;
  let step = length;
  for (let i = 0; i < maxEvaluations; i++) {
    const point = await evaluate(from.at.map((value, j) => value + step * (direction[j] as number)));
    const here = { at: step, slope: slopeOf(point) };
    const fell = point.value <= from.value + sufficient * step * slope + noise;
    if (fell && Math.abs(here.slope) <= -flat * slope) return point;
    if (fell && here.slope < 0) low = here;
    else high = here;
    step = high ? between(low, high) : 2 * step;
  }
  return undefined;
}

/** Where the slope would be 0, were it a straight line; the middle where it is none, and never close to an end. */
function between(low: { at: number; slope: number }, high: { at: number; slope: number }): number {
  const width = high.at - low.at;
  const share = high.slope > 0 ? low.slope / (low.slope - high.slope) : 0.5;
  return low.at + width * Math.min(0.9, Math.max(0.1, Number.isFinite(share) ? share : 0.5));
}
