import "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__RUNTIME__PROFILE_OF_OTHER_BACKEND: { backend: string };
    SIMCLR_ERROR__RUNTIME__PROFILE_UNDER_WAY: Record<never, never>;
    SIMCLR_ERROR__RUNTIME__PROFILE_UNWRITABLE: { file: string };
  }
}
