import { afterAll, beforeAll, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { provision } from "../provisioning/provision.js";
import type { Libraries } from "./c-api.js";
import { isTensorFloat32, setTensorFloat32 } from "./tensor-float-32.js";

let libraries: Libraries;
beforeAll(async () => {
  await useTensorFlow();
  ({ libraries } = await provision());
});
afterAll(() => setTensorFloat32(libraries, true));

it("is on, as TensorFlow has it, until it is turned off", () => {
  expect(isTensorFloat32(libraries)).toBe(true);
  setTensorFloat32(libraries, false);
  expect(isTensorFloat32(libraries)).toBe(false);
});

it("is refused by a code where the library has no such switch", () => {
  const { c } = libraries;
  const libm = { framework: process.platform === "darwin" ? "libSystem.dylib" : "libm.so.6", c };
  expect(() => setTensorFloat32(libm, false)).toThrow(
    expect.objectContaining({ code: "SIMCLR_ERROR__RUNTIME__LIBRARY_NOT_LOADED" }),
  );
});
