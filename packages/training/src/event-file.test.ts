import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventFile } from "./event-file.js";
import fixture from "./fixtures/event-file.json" with { type: "json" };

describe("a TensorBoard event file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "simclr-training-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("has the bytes that TensorBoard's own writer writes", async () => {
    const now = () => fixture.wallTime * 1000;
    const file = await openEventFile(folder, { firstStep: fixture.firstStep, now });
    const scalars: { step: number; values: object }[] = fixture.scalars;
    for (const { step, values } of scalars) await file.writeScalars(step, values as Record<string, number>);
    await file.close();
    expect((await readFile(file.path)).toString("hex")).toBe(Buffer.from(fixture.base64, "base64").toString("hex"));
  });

  it("never takes the name of another, in the same second of the same process", async () => {
    const files = [await openEventFile(folder, { now: () => 0 }), await openEventFile(folder, { now: () => 0 })];
    for (const file of files) await file.close();
    expect(new Set(files.map(({ path }) => path)).size).toBe(2);
    for (const { path } of files) expect(path).toMatch(/events\.out\.tfevents\.0000000000\./);
  });
});
