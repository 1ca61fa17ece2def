import type { z } from "zod";
import { simclrError } from "../errors.js";
import { nearest, recipeKeys } from "./recipe-keys.js";

/** The first thing wrong with a recipe, as a coded error that names the key. */
export function invalidRecipe(error: z.ZodError, input: unknown) {
  const issue = error.issues[0] as z.core.$ZodIssue;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") return unknownRecipeKey([...path, issue.keys[0]].join("."));
  const received = path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], input);
  // A list is set whole: what is wrong with a member is said of the list.
  const member = issue.path.findIndex((part) => typeof part === "number");
  const key = (member < 0 ? path : path.slice(0, member)).join(".");
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
    { key, received },
    {
      expected: `${key || "the recipe"} to be ${issue.code === "custom" ? issue.message : expectedAt(key)}`,
      received: received === undefined ? "nothing" : (JSON.stringify(received) ?? String(received)),
      remedy: remedyFor(issue, received),
    },
  );
}

function remedyFor(issue: z.core.$ZodIssue, received: unknown): string {
  if (received === undefined) return "It has no default: set it.";
  if (issue.code === "custom" && issue.params?.remedy) return issue.params.remedy;
  const words = issue.code === "invalid_value" ? issue.values.filter((value) => typeof value === "string") : [];
  const meant = typeof received === "string" ? nearest(received, words) : undefined;
  return meant ? `Did you mean "${meant}"?` : "Change the recipe, or what --set says.";
}

/** A key that no recipe has, with the one that was probably meant. */
export function unknownRecipeKey(key: string) {
  const known = recipeKeys().map((known) => known.key);
  const meant = nearest(key, known);
  return simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_RECIPE_KEY",
    { key, ...(meant && { nearest: meant }) },
    {
      expected: "a key that recipes have",
      received: `"${key}"`,
      remedy: meant ? `Did you mean "${meant}"?` : "`simclr recipes --keys` lists them all.",
    },
  );
}

function expectedAt(key: string): string {
  const leaf = recipeKeys().find((known) => known.key === key);
  if (leaf) return leaf.expected;
  const inside = recipeKeys().filter((known) => key === "" || known.key.startsWith(`${key}.`));
  return `a record with ${inside.map((known) => (key ? known.key.slice(key.length + 1) : known.key)).join(", ")}`;
}
