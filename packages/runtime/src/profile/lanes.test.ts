import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { laneNumbers } from "./lanes.js";

const stretches = fc.array(
  fc
    .record({ start: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) })
    .map(({ start, length }) => ({ start, end: start + length })),
);

describe("laneNumbers", () => {
  it("lets nothing overlap in a lane, and takes no more lanes than run at once", () =>
    fc.assert(
      fc.property(stretches, (list) => {
        const lanes = laneNumbers(list);
        for (const [i, a] of list.entries())
          for (const [j, b] of list.entries())
            if (i < j && lanes[i] === lanes[j]) expect(a.end <= b.start || b.end <= a.start).toBe(true);
        const atOnce = list.map(
          ({ start }) => list.filter((other) => other.start <= start && start < other.end).length,
        );
        expect(Math.max(0, ...lanes.map((lane) => lane + 1))).toBe(Math.max(0, ...atOnce));
      }),
    ));
});
