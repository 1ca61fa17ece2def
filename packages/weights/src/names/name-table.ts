/**
 * A variable by our path and by another's name. `#` stands for a number in both; the first is, in theirs, `scale * ours + offset`, by default
 * the same.
 */
export type NamePair = readonly [ours: string, theirs: string, scale?: number, offset?: number];

/** Names of a family's variables in another's files, both ways. */
export interface NameTable {
  /** Our path of a name; undefined where it is none of the variables. */
  pathOf(name: string): string | undefined;
  /** A path's name; undefined where it has none. */
  nameOf(path: string): string | undefined;
}

/** Of a convolution or a dense layer with its bias. */
export const layerPairs = (ours: string, theirs: string, scale = 1, offset = 0): NamePair[] => [
  [`${ours}/kernel`, `${theirs}.weight`, scale, offset],
  [`${ours}/bias`, `${theirs}.bias`, scale, offset],
];

/** Of a norm. */
export const normPairs = (ours: string, theirs: string, scale = 1, offset = 0): NamePair[] => [
  [`${ours}/scale`, `${theirs}.weight`, scale, offset],
  [`${ours}/offset`, `${theirs}.bias`, scale, offset],
];

/** Of several names for one path the first is the one that is written. */
export function nameTable(pairs: readonly NamePair[]): NameTable {
  const rules = pairs.map(([ours, theirs, scale = 1, offset = 0]) => ({
    ours: { pattern: patternOf(ours), fill: filled(theirs, (number) => scale * number + offset) },
    theirs: { pattern: patternOf(theirs), fill: filled(ours, (number) => (number - offset) / scale) },
  }));
  const translated = (text: string, side: "ours" | "theirs") => {
    for (const rule of rules) {
      const match = rule[side].pattern.exec(text);
      if (match) return rule[side].fill(match.slice(1).map(Number));
    }
    return undefined;
  };
  return { pathOf: (name) => translated(name, "theirs"), nameOf: (path) => translated(path, "ours") };
}

function patternOf(template: string): RegExp {
  const escaped = template.replace(/[.\\+*?^$()[\]{}|]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("#", "(\\d+)")}$`);
}

function filled(template: string, first: (number: number) => number) {
  return (numbers: readonly number[]): string => {
    let at = 0;
    return template.replace(/#/g, () => {
      const number = numbers[at] as number;
      return String(at++ === 0 ? first(number) : number);
    });
  };
}
