import { normal, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lbfgs, type Objective } from "./lbfgs.js";

/** Rosenbrock's valley: its only minimum is 0 at (1, 1). */
const rosenbrock: Objective = async ([x = 0, y = 0]) => ({
  value: 100 * (y - x * x) ** 2 + (1 - x) ** 2,
  gradient: Float64Array.of(-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)),
});

/** 1/2 x'Dx - b'x with the condition number `most`. */
const quadratic = (scales: Float64Array, b: Float64Array): Objective => {
  return async (x) => ({
    value: x.reduce((sum, value, i) => sum + (scales[i] as number) * value ** 2 * 0.5 - (b[i] as number) * value, 0),
    gradient: x.map((value, i) => (scales[i] as number) * value - (b[i] as number)),
  });
};

describe("lbfgs", () => {
  it("finds the bottom of Rosenbrock's valley from the classic start", async () => {
    const { at, value, converged, evaluations } = await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), {
      tolerance: 1e-8,
    });
    expect(converged).toBe(true);
    expectClose(at, [1, 1], { absolute: 1e-8 });
    expect(value).toBeLessThan(1e-15);
    // SciPy 1.17's L-BFGS-B needs 51 calls here.
    expect(evaluations).toBeLessThan(80);
  });

  it("solves quadratics, badly conditioned ones too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat(), async (size, seed) => {
        const scales = Float64Array.from({ length: size }, (_, i) => 10 ** ((4 * i) / size - 2));
        const b = normal(randomKey(seed), size);
        const { at, converged, gradient } = await lbfgs(quadratic(scales, b), normal(randomKey(seed + 1), size), {
          tolerance: 1e-9,
        });
        expect(converged && gradient <= 1e-9).toBe(true);
        expectClose(at, b.map((value, i) => value / (scales[i] as number)), { absolute: 1e-6 }); // biome-ignore format: short
      }),
      // The first two once ended early: a fall below float32's rounding was not seen as one.
      { numRuns: 30, examples: [[12, 740674436], [12, 843]] }, // biome-ignore format: one line
    );
  });

  it("remembers one step if told so, and is the same each time", async () => {
    const run = () => lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { memory: 1, tolerance: 1e-6 });
    const [first, again] = [await run(), await run()];
    expect(first.converged).toBe(true);
    expect(again).toEqual(first);
  });

  it("converges where the value is rounded to float32, as tensors do", async () => {
    const rounded: Objective = async (at) => {
      const { value, gradient } = await rosenbrock(at);
      return { value: Math.fround(value + 1000), gradient };
    };
    const { at, converged } = await lbfgs(rounded, Float64Array.of(-1.2, 1), { tolerance: 1e-5 });
    expect(converged).toBe(true);
    expectClose(at, [1, 1], { absolute: 1e-4 });
  });

  it("does nothing at a minimum, stops at its limit, and gives up without a descent", async () => {
    expect(await lbfgs(rosenbrock, Float64Array.of(1, 1))).toMatchObject({
      iterations: 0,
      evaluations: 1,
      converged: true,
    });
    expect(await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 })).toMatchObject({
      iterations: 3,
      converged: false,
    });
    const wrongWay: Objective = async ([x = 0]) => ({ value: x, gradient: Float64Array.of(-1) });
    expect(await lbfgs(wrongWay, Float64Array.of(0))).toMatchObject({ iterations: 0, converged: false });
  });

  it("stops when told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { signal })).rejects.toThrow("enough");
  });
});
