import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { foldIn, permutation, type RandomKey, randomKey } from "@simclr/core";
import type { TransferDescriptor } from "./transfer-descriptor.js";
import { classEmpty, imagesMissing, listInvalid, splitMissing } from "./transfer-errors.js";

/** An image of a part: its path below the dataset's folder, and the class that it is said to be of. */
export interface NamedImage {
  readonly path: string;
  readonly className: string;
}

export interface SplitImages {
  readonly train: readonly NamedImage[];
  readonly validation: readonly NamedImage[];
  readonly test: readonly NamedImage[];
}

/**
 * Which images are of which part, by a descriptor's rule. Without a validation part, a share of each class's train images
 * is drawn for it, at least one and not all.
 *
 * @param paths of all images below the folder
 * @throws SIMCLR_ERROR__CLI__TRANSFER_SPLIT_MISSING, ..._LIST_INVALID, ..._IMAGES_MISSING, ..._CLASS_EMPTY
 */
export async function splitImages(
  folder: string,
  descriptor: TransferDescriptor,
  paths: readonly string[],
): Promise<SplitImages> {
  const parts = await partsOf(folder, descriptor, paths);
  if (parts.validation) return { ...parts, validation: parts.validation };
  const key = foldIn(randomKey(0), `validation of ${descriptor.name}`);
  const isVoc = descriptor.labels !== undefined;
  // An image of several classes is of none in particular.
  const groups = isVoc ? new Map([["", parts.train]]) : byClass(parts.train);
  const held = draw(descriptor.name, groups, key, (size) => Math.max(1, Math.round(descriptor.validationShare * size)));
  const [train, validation] = [
    parts.train.filter((image) => !held.has(image)),
    parts.train.filter((image) => held.has(image)),
  ];
  return { train, validation, test: parts.test };
}

type Parts = Omit<SplitImages, "validation"> & { readonly validation?: readonly NamedImage[] | undefined };

async function partsOf(folder: string, descriptor: TransferDescriptor, paths: readonly string[]): Promise<Parts> {
  const { split, name, layout } = descriptor;
  const inFolder = (part: string, below: string) => {
    const root = below === "." ? "" : `${posix.normalize(below)}/`;
    if (!existsSync(join(folder, below))) throw splitMissing(name, part, join(folder, below), layout);
    const own = paths.filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
    const images = own.filter((path) => path.includes("/"));
    if (images.length === 0) throw splitMissing(name, part, join(folder, below, "<class>"), layout);
    return images.map((path) => ({ path: `${root}${path}`, className: path.slice(0, path.indexOf("/")) }));
  };
  if (split.kind === "folders") {
    // A user's folder may have validation images without a word about them.
    const found = ["val", "validation", "valid"].find((own) => existsSync(join(folder, own)));
    const validation = split.validation ?? (descriptor.sizes ? undefined : found);
    return {
      train: inFolder("train", split.train),
      validation: validation === undefined ? undefined : inFolder("validation", validation),
      test: inFolder("test", split.test),
    };
  }
  if (split.kind === "random") {
    const all = inFolder("train", split.images);
    const { trainPerClass, trainShare = 0.8, seed } = split;
    const key = foldIn(randomKey(seed), `split of ${name}`);
    const chosen = draw(name, byClass(all), key, (size) => trainPerClass ?? Math.max(1, Math.round(trainShare * size)));
    return { train: all.filter((image) => chosen.has(image)), test: all.filter((image) => !chosen.has(image)) };
  }
  const known = new Set(paths);
  const read = async (part: string, files: readonly string[]) => {
    const own = await Promise.all(files.map((file) => readList(join(folder, file), part, descriptor, known)));
    return own.flat();
  };
  return {
    train: await read("train", split.train),
    validation: split.validation && (await read("validation", split.validation)),
    test: await read("test", split.test),
  };
}

async function readList(
  file: string,
  part: string,
  { name, split, layout, labels }: TransferDescriptor,
  known: ReadonlySet<string>,
): Promise<NamedImage[]> {
  if (split.kind !== "lists") return [];
  const text = await readFile(file, "utf8").catch(() => {
    throw splitMissing(name, part, file, layout);
  });
  const missing: string[] = [];
  const images = text.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const [first, ...rest] = line.trim().split(/\s+/) as [string, ...string[]];
    const isFolder = split.classes === "folder";
    const entry = (isFolder ? line.trim() : first).replace(/^\/+/, "");
    const ended =
      split.extension === undefined || /\.(jpe?g|png|webp|gif|tiff?|avif)$/i.test(entry)
        ? entry
        : `${entry}${split.extension}`;
    const path = posix.join(split.images, ended);
    const folder = posix.dirname(entry);
    const className = { folder: folder === "." ? "" : folder, column: rest[0] ?? "", rest: rest.join(" ") }[
      split.classes
    ];
    if (className === "" && labels === undefined)
      throw listInvalid(name, file, at + 1, `"${line}"`, "an image and its class");
    if (!known.has(path)) missing.push(path);
    return [{ path, className }];
  });
  if (missing.length > 0) throw imagesMissing(name, file, missing, images.length);
  if (images.length === 0) throw splitMissing(name, part, file, layout);
  return images;
}

function byClass(images: readonly NamedImage[]): Map<string, readonly NamedImage[]> {
  const groups = new Map<string, NamedImage[]>();
  for (const image of images) {
    const own = groups.get(image.className);
    if (own) own.push(image);
    else groups.set(image.className, [image]);
  }
  return groups;
}

/** Draws some images of each class, and leaves some. @throws SIMCLR_ERROR__CLI__TRANSFER_CLASS_EMPTY */
export function draw<Image>(
  dataset: string,
  groups: ReadonlyMap<string, readonly Image[]>,
  key: RandomKey,
  wanted: (size: number) => number,
): ReadonlySet<Image> {
  const chosen = new Set<Image>();
  [...groups].forEach(([className, images], label) => {
    const count = wanted(images.length);
    if (images.length <= count) throw classEmpty(dataset, "train", className, count + 1, images.length);
    for (const at of permutation(foldIn(key, label), images.length).subarray(0, count)) chosen.add(images[at] as Image);
  });
  return chosen;
}
