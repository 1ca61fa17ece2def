/** Gives each of some stretches of time the lowest lane that is free when it starts; TensorFlow does not say on which thread a node ran. */
export function laneNumbers(stretches: readonly { readonly start: number; readonly end: number }[]): number[] {
  const lanes = new Array<number>(stretches.length);
  const freeFrom: number[] = [];
  const byStart = stretches.map((stretch, i) => ({ ...stretch, i })).sort((a, b) => a.start - b.start || a.end - b.end);
  for (const { start, end, i } of byStart) {
    const free = freeFrom.findIndex((from) => from <= start);
    const lane = free < 0 ? freeFrom.length : free;
    freeFrom[lane] = end;
    lanes[i] = lane;
  }
  return lanes;
}
