/**
 * The context of every error, by code. Packages, ours and others', add their own codes by declaration merging:
 *
 * ```ts
 * declare module "@simclr/core" {
 *   interface SimclrErrorContexts {
 *     SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH: { viewA: number[]; viewB: number[] };
 *   }
 * }
 * ```
 * A code is never renamed, and never used for a second meaning.
 */
export interface SimclrErrorContexts {
  SIMCLR_ERROR__CORE__INVALID_ARGUMENT: { argument: string; received: unknown };
  SIMCLR_ERROR__CORE__SHAPE_MISMATCH: { what: string; expected: readonly (number | string)[]; received: number[] };
  SIMCLR_ERROR__CORE__PARAMETER_MISSING: { path: string; known: string[] };
  SIMCLR_ERROR__CORE__TREE_MISMATCH: { path: string };
  SIMCLR_ERROR__CORE__SAFETENSORS_INVALID: { file: string; reason: string };
}

export type SimclrErrorCode = keyof SimclrErrorContexts;

/** What an error message says: what was wanted, what came, and what to do about it. */
export interface ErrorText {
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;
}

/** The one error type of the project: a stable `code`, a typed `context`, a message that says what to do. */
export interface SimclrError<Code extends SimclrErrorCode = SimclrErrorCode> extends Error {
  readonly code: Code;
  readonly context: SimclrErrorContexts[Code];
}

/**
 * Makes a coded error; the caller throws it.
 *
 * @example
 * ```ts
 * import { simclrError } from "@simclr/core";
 * const error = simclrError(
 *   "SIMCLR_ERROR__CORE__INVALID_ARGUMENT",
 *   { argument: "temperature", received: 0 },
 *   { expected: "a temperature above 0", received: "0", remedy: "SimCLR uses 0.1 on ImageNet and 0.5 on CIFAR-10." },
 * );
 * console.log(error.message);
 * ```
 */
export function simclrError<Code extends SimclrErrorCode>(
  code: Code,
  context: SimclrErrorContexts[Code],
  { expected, received, remedy }: ErrorText,
  cause?: unknown,
): SimclrError<Code> {
  const message = `${code}: expected ${expected}; received ${received}. ${remedy}`;
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = "SimclrError";
  return Object.assign(error, { code, context });
}

/**
 * Narrows an unknown error to ours, and with a code to that code's context. Works across duplicated packages.
 *
 * @example
 * ```ts
 * import { isSimclrError, randomKey } from "@simclr/core";
 * try {
 *   randomKey(-1);
 * } catch (error) {
 *   if (isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")) console.log(error.context.argument); // "seed"
 * }
 * ```
 */
export function isSimclrError<Code extends SimclrErrorCode = SimclrErrorCode>(
  error: unknown,
  code?: Code,
): error is SimclrError<Code> {
  if (!(typeof error === "object" && error !== null && "code" in error && "name" in error)) return false;
  if (error.name !== "SimclrError" || typeof error.code !== "string") return false;
  return code === undefined || error.code === code;
}

/** An argument that is not what it has to be; the shortest way to refuse bad input at the door. */
export function invalidArgument(
  argument: string,
  received: unknown,
  expected: string,
  remedy = "Correct the argument.",
): SimclrError<"SIMCLR_ERROR__CORE__INVALID_ARGUMENT"> {
  return simclrError(
    "SIMCLR_ERROR__CORE__INVALID_ARGUMENT",
    { argument, received },
    { expected: `${argument} to be ${expected}`, received: describe(received), remedy },
  );
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return JSON.stringify(value) ?? String(value);
  return String(value);
}
