/** HTML that is put into other HTML as it is. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | undefined | false | readonly Part[];

/** A template whose parts are text, and escaped, unless they are {@link Markup}; `undefined` and `false` are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const markup = strings.map((string, i) => (i === 0 ? "" : textOf(parts[i - 1])) + string).join("");
  return { markup };
}

/** What is HTML already. */
export function raw(markup: string): Markup {
  return { markup };
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return "markup" in part ? part.markup : part.map(textOf).join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
