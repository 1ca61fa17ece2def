import { expect, it } from "vitest";
import { throughputMeter } from "./throughput.js";

it("measures the steps since the last report, and nothing before a restart", () => {
  let now = 0;
  const meter = throughputMeter(() => now);
  expect(meter.report(10)).toBeUndefined();
  now = 60_000;
  meter.count(32, 60_000);
  meter.restart();
  for (let i = 0; i < 4; i++) {
    now += 500;
    meter.count(32, 400);
  }
  // Four steps of half a second each, 0.4 seconds of it in the step.
  expect(meter.report(10)).toEqual({ imagesPerSecond: 64, secondsPerStep: 0.5, shareInStep: 0.8, remainingSeconds: 5 });
  now += 250;
  meter.count(8, 250);
  expect(meter.report(0)).toEqual({ imagesPerSecond: 32, secondsPerStep: 0.25, shareInStep: 1, remainingSeconds: 0 });
});
