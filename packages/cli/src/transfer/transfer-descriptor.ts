import { readFile } from "node:fs/promises";
import { z } from "zod";
import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";
import { shown } from "../run/run-settings.js";

const count = z.int().min(1);
const share = z.number().min(0).max(1);
const lists = z.array(z.string().min(1)).min(1);

const split = z.discriminatedUnion("kind", [
  /** A folder for each part, in it a folder for each class. */
  z.strictObject({
    kind: z.literal("folders"),
    train: z.string().default("train"),
    validation: z.exactOptional(z.string()),
    test: z.string().default("test"),
  }),
  /** Text files with an image on each line. */
  z.strictObject({
    kind: z.literal("lists"),
    /** The folder that the lists' names start from. */
    images: z.string().default("."),
    train: lists,
    validation: z.exactOptional(lists),
    test: lists,
    /** An image's class: the folder that it lies in, the line's second word, or all of the line after the first. */
    classes: z.enum(["folder", "column", "rest"]).default("folder"),
    /** Put after names that are without an ending of an image. */
    extension: z.exactOptional(z.string().startsWith(".")),
  }),
  /** One folder with a folder for each class, from which so many of each are drawn for training. */
  z.strictObject({
    kind: z.literal("random"),
    images: z.string().default("."),
    trainPerClass: z.exactOptional(count),
    /** Default, without `trainPerClass`: 0.8. */
    trainShare: z.exactOptional(z.number().gt(0).lt(1)),
    seed: z.int().min(0).default(0),
  }),
]);

const descriptor = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower case letters, digits, dots and hyphens"),
  title: z.exactOptional(z.string()),
  source: z.exactOptional(
    z.strictObject({ citation: z.string(), page: z.exactOptional(z.string()), licence: z.exactOptional(z.string()) }),
  ),
  /** How the images have to lie, in words. */
  layout: z.exactOptional(z.string()),
  classCount: z.exactOptional(count),
  /** Published numbers of images; train without those of validation where it is a part of its own. */
  sizes: z.exactOptional(z.strictObject({ train: count, validation: z.exactOptional(count), test: count })),
  metric: z.enum(["top1", "meanPerClass", "vocMeanAveragePrecision11"]).default("top1"),
  split: split.default({ kind: "folders", train: "train", test: "test" }),
  /** Of the train images of each class, where there is no validation part: drawn to choose settings on. */
  validationShare: z.number().gt(0).lt(1).default(0.1),
  /** A file of `path,classes,difficult`: images of several classes at once. */
  labels: z.exactOptional(z.string()),
  published: z
    .array(z.strictObject({ model: z.string(), linear: z.exactOptional(share), fineTune: z.exactOptional(share) }))
    .default([]),
});

/** A dataset to transfer to: where its images lie in its folder, how they are split, and what it is measured by. */
export type TransferDescriptor = z.output<typeof descriptor>;

/**
 * Checks a descriptor, and fills in the defaults.
 *
 * @param file named in errors
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_DESCRIPTOR_KEY, SIMCLR_ERROR__CLI__INVALID_DESCRIPTOR
 * @example
 * ```ts
 * import { parseTransferDescriptor } from "simclr";
 * const mine = parseTransferDescriptor({ name: "mushrooms", metric: "meanPerClass" });
 * console.log(mine.split); // { kind: "folders", train: "train", test: "test" }
 * ```
 */
export function parseTransferDescriptor(input: unknown, file = "the descriptor"): TransferDescriptor {
  const parsed = descriptor.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") throw unknownKey(file, [...path, issue.keys[0] as string].join("."), path);
    throw invalidDescriptor(
      file,
      path.length > 0 ? `${path.join(".")}: ${issue.message}` : issue.message,
      parsed.error,
    );
  }
  const isVoc = parsed.data.metric === "vocMeanAveragePrecision11";
  if (isVoc !== (parsed.data.labels !== undefined)) {
    throw invalidDescriptor(file, "labels and the metric vocMeanAveragePrecision11 belong together");
  }
  if (isVoc && parsed.data.split.kind !== "lists")
    throw invalidDescriptor(file, 'split.kind: with labels it is "lists"');
  return parsed.data;
}

/** Reads a descriptor's JSON file. */
export async function readTransferDescriptor(file: string): Promise<TransferDescriptor> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw invalidDescriptor(shown(file), "it cannot be read", cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidDescriptor(shown(file), `it is no JSON: ${(cause as Error).message}`, cause);
  }
  return parseTransferDescriptor(value, shown(file));
}

/** Every key at a place, whatever the split's kind. */
function keysAt(path: readonly string[]): string[] {
  if (path.at(-1) === "split") return [...new Set(split.options.flatMap(({ shape }) => Object.keys(shape)))];
  if (path.at(-1) === "source") return ["citation", "page", "licence"];
  if (path.at(-1) === "sizes") return ["train", "validation", "test"];
  if (path[0] === "published") return ["model", "linear", "fineTune"];
  return Object.keys(descriptor.shape);
}

function unknownKey(file: string, key: string, path: readonly string[]) {
  const known = keysAt(path);
  const meant = nearest(key.split(".").at(-1) as string, known);
  return simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_DESCRIPTOR_KEY",
    { file, key, ...(meant && { nearest: meant }) },
    {
      expected: `keys that a dataset's descriptor has: ${known.join(", ")}`,
      received: `"${key}" in ${file}`,
      remedy: meant ? `Did you mean "${meant}"?` : "`simclr transfer --describe dtd` prints a descriptor.",
    },
  );
}

function invalidDescriptor(file: string, reason: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_DESCRIPTOR",
    { file, reason },
    {
      expected: `the descriptor of a dataset in ${file}`,
      received: reason,
      remedy: "`simclr transfer --describe dtd` prints a descriptor to start from.",
    },
    cause,
  );
}
