import { expectClose } from "@simclr/core/testing";
import { expect, it } from "vitest";
import transformers from "./fixtures/transformers/goldens.json" with { type: "json" };
import { resizePositions } from "./resize-positions.js";
import { noise } from "./testing/noise.js";

const table = (grid: number) => {
  const tensor = noise("positions", [1, 1 + grid ** 2, 4]);
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return { dtype: "float32", shape: [1, 1 + grid ** 2, 4], values } as const;
};

it.each(Object.entries(transformers.positions))(
  "positions of 3 by 3 patches are PyTorch's bicubic ones at %s",
  (size, expected) => {
    const { shape, values } = resizePositions(table(3), 3, Number(size), 1);
    expect(shape).toEqual([1, 1 + Number(size) ** 2, 4]);
    expectClose(values, expected, { absolute: 1e-6, relative: 0 });
  },
);

it("keeps a grid of the same size to the bit, and a table that is the same everywhere", () => {
  const positions = table(3);
  expect(resizePositions(positions, 3, 3, 1).values).toEqual(positions.values);
  const flat = { ...positions, values: positions.values.map((_, i) => i % 4) };
  const { values } = resizePositions(flat, 3, 7, 1);
  expectClose(
    values,
    Float32Array.from(values, (_, i) => i % 4),
    { absolute: 1e-6, relative: 0 },
  );
});
