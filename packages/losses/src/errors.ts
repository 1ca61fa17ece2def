declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH: { viewA: number[]; viewB: number[] };
    SIMCLR_ERROR__LOSSES__NO_NEGATIVES: { images: number };
  }
}

export {};
