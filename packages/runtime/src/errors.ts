import "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__RUNTIME__LIBRARY_NOT_LOADED: { path: string };
    SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED: { operation: string; code: number; message: string };
    SIMCLR_ERROR__RUNTIME__TENSOR_UNKNOWN: { id: number };
    SIMCLR_ERROR__RUNTIME__SAVED_MODEL_UNKNOWN: { id: number };
    SIMCLR_ERROR__RUNTIME__SAVED_MODEL_INVALID: { what: string };
    SIMCLR_ERROR__RUNTIME__VALUES_MISMATCH: { dtype: string; shape: number[]; length: number };
    SIMCLR_ERROR__RUNTIME__READ_WHILE_RECORDING: { function: string; operation: string; calledAt: string };
    SIMCLR_ERROR__RUNTIME__SHAPE_UNKNOWN_WHILE_RECORDING: { function: string; operation: string; calledAt: string };
    SIMCLR_ERROR__RUNTIME__OPERATION_UNSUPPORTED: { function: string; operation: string; calledAt: string };
    SIMCLR_ERROR__RUNTIME__RECORDED_TENSOR_ESCAPED: { operation: string; shape: number[] };
    SIMCLR_ERROR__RUNTIME__VARIABLE_CREATED_WHILE_RECORDING: { function: string; variable: string };
    SIMCLR_ERROR__RUNTIME__TENSOR_DISPOSED: { function: string; path: string };
    SIMCLR_ERROR__RUNTIME__NOT_A_TENSOR: { function: string; path: string };
    SIMCLR_ERROR__RUNTIME__COMPILED_DISPOSED: { function: string };
  }
}
