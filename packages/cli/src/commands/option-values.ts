import { invalidOption } from "../errors.js";

/** Of an option that can be repeated: every value. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** Of an option with several values: `--protocol knn,linear --protocol knn` is three. */
export function list(value: string, previous: string[] = []): string[] {
  const values = value.split(",").map((part) => part.trim());
  return [...previous, ...values.filter(Boolean)];
}

/**
 * A number that was typed; undefined where the option was left out.
 *
 * @param command whose help has examples
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION
 */
export function numberOf(command: string, option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw invalidOption(option, text, "a number", `\`simclr ${command} --help\` has examples.`);
}
