import { expect, it } from "vitest";
import { invalidArgument, isSimclrError, simclrError } from "./errors.js";

it("says the code, what was expected, what came and what to do, and keeps the cause", () => {
  const cause = new Error("disk");
  const text = { expected: "a tree", received: "a bush", remedy: "Water it." };
  const error = simclrError("SIMCLR_ERROR__CORE__TREE_MISMATCH", { path: "a/b" }, text, cause);
  expect(error.message).toBe("SIMCLR_ERROR__CORE__TREE_MISMATCH: expected a tree; received a bush. Water it.");
  expect(error).toMatchObject({
    name: "SimclrError",
    code: "SIMCLR_ERROR__CORE__TREE_MISMATCH",
    context: { path: "a/b" },
  });
  expect(error.cause).toBe(cause);
});

it("is recognised by its code, across copies of the package, and nothing else is", () => {
  const error = invalidArgument("seed", -1, "positive");
  expect(isSimclrError(error)).toBe(true);
  expect(isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")).toBe(true);
  expect(isSimclrError(error, "SIMCLR_ERROR__CORE__TREE_MISMATCH")).toBe(false);
  expect(isSimclrError({ name: "SimclrError", code: "SIMCLR_ERROR__CORE__TREE_MISMATCH" })).toBe(true);
  for (const other of [new Error("x"), Object.assign(new Error("x"), { code: "ENOENT" }), null, "x", undefined])
    expect(isSimclrError(other)).toBe(false);
});

it.each([
  ["tiny", '"tiny"'],
  [Number.NaN, "NaN"],
  [[1, 2], "[1,2]"],
  [undefined, "undefined"],
])("shows what it received: %j", (received, shown) => {
  expect(invalidArgument("x", received, "else").message).toContain(`received ${shown}.`);
});
