declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__EVALUATION__FEATURES_INVALID: { what: string; count: number; size: number; values: number };
    SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE: { what: string; row: number };
    SIMCLR_ERROR__EVALUATION__FEATURE_SIZE_MISMATCH: { train: number; test: number };
    SIMCLR_ERROR__EVALUATION__LABELS_MISSING: { what: string };
    SIMCLR_ERROR__EVALUATION__LABEL_OUT_OF_RANGE: { what: string; row: number; label: number; classCount: number };
    SIMCLR_ERROR__EVALUATION__ONE_CLASS: { classCount: number };
    SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS: { k: number; bank: number };
    SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT: { shape: number[]; batchSize: number };
  }
}

export {};
