declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING: { what: string; paths: string[] };
  }
}

export {};
