import { closestMatch } from "leven";
import { z } from "zod";
import { recipeSchema } from "./recipe-schema.js";

export interface RecipeKey {
  /** `optimizer.learningRate` */
  readonly key: string;
  readonly description: string;
  /** What a value has to be, in words. */
  readonly expected: string;
}

/** Every leaf of a recipe: all that `--set` can set. */
export function recipeKeys(): RecipeKey[] {
  return leaves(recipeJsonSchema(), "");
}

/** A setting's default; undefined where every recipe has to say. */
export function recipeDefault(key: string): unknown {
  const path = key.split(".");
  const leaf = path.reduce<Leaf | undefined>((schema, name) => schema?.properties?.[name], recipeJsonSchema());
  return leaf?.default;
}

/** The known word nearest to a misspelt one, when it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lastPart = (key: string) => key.split(".").at(-1) ?? key;
  const maxDistance = Math.max(2, Math.floor(word.length / 3));
  const best = closestMatch(word, [...known, ...known.map(lastPart)], { maxDistance });
  return known.find((key) => key === best) ?? known.find((key) => lastPart(key) === best);
}

let jsonSchema: Leaf | undefined;

/** Made once: an experiment asks for it with every change of a recipe. */
function recipeJsonSchema(): Leaf {
  jsonSchema ??= z.toJSONSchema(recipeSchema, { io: "output" }) as Leaf;
  return jsonSchema;
}

interface Leaf {
  readonly default?: unknown;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Leaf>>;
  readonly anyOf?: readonly Leaf[];
  readonly enum?: readonly unknown[];
  readonly items?: Leaf;
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

function leaves(schema: Leaf, path: string): RecipeKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = path === "" ? name : `${path}.${name}`;
    if (child.properties) return leaves(child, key);
    return [{ key, description: child.description ?? "", expected: inWords(child) }];
  });
}

function inWords(leaf: Leaf): string {
  if (leaf.anyOf) return leaf.anyOf.map(inWords).join(", or ");
  if (leaf.enum) return `one of ${leaf.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  if (leaf.const !== undefined) return JSON.stringify(leaf.const);
  if (leaf.items) return `a list, each ${inWords(leaf.items)}`;
  if (leaf.type === "null") return "null";
  if (leaf.type === "string") return "a text";
  if (leaf.type === "boolean") return "true or false";
  const kind = leaf.type === "integer" ? "a whole number" : "a number";
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = leaf;
  const bounds = [
    minimum !== undefined && `of at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    // zod bounds whole numbers by what a double holds exactly; that teaches nobody.
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `of at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ];
  return [kind, bounds.filter(Boolean).join(" and ")].filter(Boolean).join(" ");
}
