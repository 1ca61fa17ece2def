declare module "@simclr/core" {
  interface SimclrErrorContexts {
    /** A backbone or head whose outputs lack the one that the step reads. */
    SIMCLR_ERROR__TRAINING__OUTPUT_MISSING: { model: string; output: string; known: string[] };
    /** Parameters that the loss does not depend on. */
    SIMCLR_ERROR__TRAINING__NO_GRADIENT: { paths: string[] };
    /** The loss, or a number of the state that was to be saved, is NaN or infinite. */
    SIMCLR_ERROR__TRAINING__NOT_FINITE: {
      what: string;
      step: number;
      lastFiniteStep: number;
      learningRate: number | undefined;
      checkpoint: string | undefined;
    };
    SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND: { path: string };
    SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED: { checkpoint: string; reason: string };
    /** A checkpoint of another model or optimizer than the one it is loaded into. */
    SIMCLR_ERROR__TRAINING__CHECKPOINT_MISMATCH: { checkpoint: string; path: string };
    SIMCLR_ERROR__TRAINING__RUN_FOLDER_OCCUPIED: { runFolder: string };
    /** Another process trains there. */
    SIMCLR_ERROR__TRAINING__RUN_FOLDER_IN_USE: { runFolder: string };
    SIMCLR_ERROR__TRAINING__RUN_FOLDER_NOT_FOUND: { runFolder: string };
    /** A run that is resumed with settings that it was not started with. */
    SIMCLR_ERROR__TRAINING__RUN_MISMATCH: { runFolder: string; fields: string[] };
  }
}

export { simclrError } from "@simclr/core";
