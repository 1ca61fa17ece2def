import "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__RUNTIME__PLATFORM_UNSUPPORTED: { platform: string; architecture: string };
    SIMCLR_ERROR__RUNTIME__PYTHON_MISSING: { tried: string[] };
    SIMCLR_ERROR__RUNTIME__PIP_MISSING: { python: string };
    SIMCLR_ERROR__RUNTIME__DISK_FULL: { directory: string; requiredBytes: number; availableBytes?: number };
    SIMCLR_ERROR__RUNTIME__CACHE_UNWRITABLE: { directory: string };
    SIMCLR_ERROR__RUNTIME__HASH_MISMATCH: { wheel: string; sha256: string };
    SIMCLR_ERROR__RUNTIME__NETWORK_UNREACHABLE: { wheel: string; output: string };
    SIMCLR_ERROR__RUNTIME__WHEEL_NOT_FOUND: { wheel: string; output: string };
    SIMCLR_ERROR__RUNTIME__DOWNLOAD_FAILED: { wheel: string; output: string };
    SIMCLR_ERROR__RUNTIME__WHEEL_INCOMPLETE: { wheel: string; missing: string };
    SIMCLR_ERROR__RUNTIME__INSTALLATION_INVALID: { directory: string; missing: string[] };
  }
}
