declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__CLI__UNKNOWN_RECIPE: { name: string; known: string[]; nearest?: string };
    /** A recipe file that cannot be loaded, or holds no recipe. */
    SIMCLR_ERROR__CLI__RECIPE_FILE: { file: string; reason: string };
    SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY: { key: string; nearest?: string };
    SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE: { key: string; received: unknown };
    SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL: { name: string; known: string[]; nearest?: string };
    SIMCLR_ERROR__CLI__INVALID_OPTION: { option: string; received: string };
    /** CIFAR-10 was asked for by name and lies in none of the places where it is looked for. */
    SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND: { lookedIn: string[] };
    SIMCLR_ERROR__CLI__TOO_FEW_IMAGES: { imageCount: number; batchSize: number };
    SIMCLR_ERROR__CLI__LABELS_MISSING: { data: string };
    SIMCLR_ERROR__CLI__RUN_EXISTS: { runFolder: string };
    SIMCLR_ERROR__CLI__RUN_NOT_FOUND: { runFolder: string };
    /** A file in a run's folder that is not what was written there: cut off, changed, or of another program. */
    SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED: { file: string; reason: string };
  }
}

import { simclrError } from "@simclr/core";

/** What the user typed is not what it has to be. */
export function invalidOption(option: string, received: string, expected: string, remedy: string) {
  return simclrError("SIMCLR_ERROR__CLI__INVALID_OPTION", { option, received }, { expected, received, remedy });
}

export { isSimclrError, type SimclrErrorCode, simclrError } from "@simclr/core";
