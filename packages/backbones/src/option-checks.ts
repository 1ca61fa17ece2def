import { invalidArgument } from "@simclr/core";

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for the first option that the kind does not have */
export function assertNoStranger(kind: string, unknown: object): void {
  const [stranger] = Object.entries(unknown);
  if (stranger) throw invalidArgument(stranger[0], stranger[1], `absent: a ${kind} has no such option`);
}

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for the first that is no whole number above 0 */
export function assertCount(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts))
    if (!(Number.isInteger(value) && value > 0)) throw invalidArgument(name, value, "a whole number above 0");
}

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function assertRecompute(recompute: string): void {
  if (recompute !== "none" && recompute !== "blocks")
    throw invalidArgument("recompute", recompute, '"none" or "blocks"');
}
