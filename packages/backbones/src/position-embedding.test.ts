import { isSimclrError } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import { expect, it } from "vitest";
import { sinCosPositions } from "./index.js";

describeEachBackend(() => {
  it("has sines and cosines of the row, then of the column, written out", () => {
    expectNoLeak(() => {
      const positions = sinCosPositions(2, 3, 8);
      const expected = [0, 1].flatMap((row) =>
        [0, 1, 2].flatMap((column) =>
          [Math.sin, Math.cos]
            .flatMap((wave) => [wave(row), wave(row / 100)])
            .concat([Math.sin, Math.cos].flatMap((wave) => [wave(column), wave(column / 100)])),
        ),
      );
      expect(positions.shape).toEqual([1, 6, 8]);
      expectClose(positions, expected, { absolute: 1e-6, relative: 0 });
      return positions;
    });
  });
});

it.each([
  [2, 3, 6],
  [0, 3, 8],
  [2, 1.5, 8],
])("refuses %d rows of %d columns and %d channels", (rows, columns, channels) => {
  try {
    sinCosPositions(rows, columns, channels).dispose();
    expect.unreachable();
  } catch (error) {
    expect(isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")).toBe(true);
  }
});
