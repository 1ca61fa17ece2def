declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__BACKBONES__GRADIENTS_MISSING: Record<string, never>;
    SIMCLR_ERROR__BACKBONES__OPERATION_UNKNOWN: { operation: string };
    SIMCLR_ERROR__BACKBONES__UNKNOWN_KIND: { kind: string; known: string[] };
  }
}

export {};
