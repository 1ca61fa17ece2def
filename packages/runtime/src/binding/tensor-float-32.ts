import { simclrError } from "@simclr/core";
import koffi from "koffi";
import "../errors.js";
import type { Libraries } from "./c-api.js";

/**
 * Whether NVIDIA's GPUs may round what enters a float32 convolution or matrix product to TF32, ten bits of mantissa. The C API has
 * no function for it; these are C++'s, under their names in the library (Itanium ABI).
 *
 * @see tensorflow/tsl: tsl/platform/tensor_float_32_utils.h
 */
export function setTensorFloat32({ framework }: Libraries, enabled: boolean): void {
  bind(framework, "_ZN3tsl32enable_tensor_float_32_executionEb", "void", ["bool"])(enabled);
}

export function isTensorFloat32({ framework }: Libraries): boolean {
  return bind(framework, "_ZN3tsl33tensor_float_32_execution_enabledEv", "bool", [])();
}

function bind(library: string, name: string, result: string, kinds: string[]) {
  try {
    return koffi.load(library).func(name, result, kinds);
  } catch (error) {
    throw simclrError(
      "SIMCLR_ERROR__RUNTIME__LIBRARY_NOT_LOADED",
      { path: library },
      {
        expected: "TensorFlow's library to have the switch for TF32 that version 2.21 has",
        received: `${library}, without ${name}`,
        remedy:
          "Leave tensorFloat32 unset, or use TensorFlow 2.21; NVIDIA_TF32_OVERRIDE=0 turns TF32 off in any version.",
      },
      error,
    );
  }
}
