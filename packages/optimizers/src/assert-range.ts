import { invalidArgument } from "@simclr/core";

/** Refuses a number outside [minimum, below). */
export function assertRange(name: string, value: number, minimum: number, below = Number.POSITIVE_INFINITY): void {
  if (value >= minimum && value < below) return;
  const range = below === Number.POSITIVE_INFINITY ? `at least ${minimum}` : `in [${minimum}, ${below})`;
  throw invalidArgument(name, value, `a number ${range}`);
}
