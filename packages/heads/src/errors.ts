declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__HEADS__UNKNOWN_KIND: { kind: string; known: string[] };
  }
}

export {};
