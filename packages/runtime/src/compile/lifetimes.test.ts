import { describe, expect, it } from "vitest";
import { Lifetimes } from "./lifetimes.js";

const output = (oper: bigint, index = 0) => ({ oper, index });

describe("Lifetimes", () => {
  it("counts what is needed at the same time, with what an operation reads", () => {
    const lifetimes = new Lifetimes();
    const bytes: Record<string, number> = { "1:0": 100, "2:0": 10, "2:1": 7, "3:0": 1 };
    lifetimes.add(1n, [output(99n)]); // an input from outside takes nothing
    lifetimes.add(2n, [output(1n)]);
    lifetimes.add(3n, [output(2n)]);
    lifetimes.add(4n, [output(3n), output(2n, 1)]);
    const bytesOf = ({ oper, index }: { oper: bigint; index: number }) => bytes[`${oper}:${index}`] ?? 0;
    expect(lifetimes.peakBytes(bytesOf, [])).toBe(100 + 10 + 7);
    expect(lifetimes.peakBytes(bytesOf, [output(1n)])).toBe(100 + 10 + 7 + 1);
  });
});
