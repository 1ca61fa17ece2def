import { describe, expect, it } from "vitest";
import { configProto } from "./config-proto.js";
import golden from "./fixtures/config-proto.json" with { type: "json" };
import type { Settings } from "./settings.js";

const hex = (settings: object) => Buffer.from(configProto(settings as Settings)).toString("hex");

describe("configProto", () => {
  it.each(golden.cases)("writes TensorFlow's own bytes for $settings", ({ settings, hex: expected }) => {
    expect(hex(settings)).toBe(expected);
  });

  it("takes undefined as unset", () => {
    expect(hex({ device: undefined, visibleDevices: undefined })).toBe("");
  });

  it("limits the first GPU when none are named", () => {
    expect(hex({ gpuMemoryLimitBytes: 2 ** 32 })).toBe("320a4a080a060a0400008045");
  });

  it.each([
    ["intraOpThread", "intraOpThreads"],
    ["memoryGrowth", "gpuMemoryGrowth"],
    ["Device", "device"],
  ])("names the setting nearest to %s", (setting, nearest) => {
    expect(() => hex({ [setting]: 1 })).toThrow(`Did you mean ${nearest}?`);
    expect(() => hex({ [setting]: 1 })).toThrow(
      expect.objectContaining({ code: "SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN", context: { setting, nearest } }),
    );
  });

  it("does not take an inherited name for a setting", () => {
    expect(() => hex({ toString: 1 })).toThrow("SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN");
  });

  it.each([
    { device: "cuda" },
    { intraOpThreads: 0 },
    { intraOpThreads: 2 ** 31 },
    { interOpThreads: 1.5 },
    { gpuMemoryGrowth: 1 },
    { gpuMemoryLimitFraction: 0 },
    { gpuMemoryLimitFraction: Number.NaN },
    { gpuMemoryLimitFraction: 1.01 },
    { gpuMemoryLimitBytes: 4096 },
    { visibleDevices: [] },
    { visibleDevices: [0, 0] },
    { visibleDevices: "0" },
    { xlaAutoClustering: null },
    { gpuMemoryLimitFraction: 0.5, gpuMemoryLimitBytes: 2 ** 30 },
  ])("refuses %o", (settings) => {
    expect(() => hex(settings)).toThrow("SIMCLR_ERROR__RUNTIME__SETTING_INVALID");
  });
});
