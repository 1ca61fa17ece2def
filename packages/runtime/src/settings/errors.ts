import "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN: { setting: string; nearest?: string };
    SIMCLR_ERROR__RUNTIME__SETTING_INVALID: { setting: string; received: unknown };
  }
}
