import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { typed } from "./run-settings.js";

test.each(["runs/photos-20261124-093000", "läufe/größe", "my runs/one", "l'été (1)", "$HOME/*.jpg"])(
  "a shell reads the path %s as one word, as it was",
  (path) => {
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${typed(path)}`], { encoding: "utf8" })).toBe(path);
  },
);

test("what needs no quotes has none", () => {
  expect(typed("läufe/a_b-1.2")).toBe("läufe/a_b-1.2");
});
