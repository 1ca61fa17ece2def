import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  ambiguousData,
  type FoundShards,
  findShards,
  shardFormat,
  testNames,
  trainNames,
  validationNames,
} from "./find-shards.js";

/** What lies at a path. */
export type FoundDataset = { readonly kind: "cifar10" | "cifar100" | "stl10"; readonly path: string } | FoundImages;

/** What is decoded when it is read: all but binary pixels. */
export type FoundImages =
  | { readonly kind: "tinyImagenet"; readonly path: string }
  | FoundShards
  /** ImageNet with validation images side by side, and the list of their labels, if there is one. */
  | { readonly kind: "imagenet"; readonly path: string; readonly labelList?: string }
  | { readonly kind: "parts"; readonly train: string; readonly test: string }
  | { readonly kind: "images"; readonly path: string };

/** The files that tell a dataset, or the folder that its archive unpacks to. */
const signs = [
  { kind: "cifar10", files: ["data_batch_1.bin"], folder: "cifar-10-batches-bin" },
  { kind: "cifar100", files: ["train.bin", "test.bin"], folder: "cifar-100-binary" },
  { kind: "stl10", files: ["train_X.bin"], folder: "stl10_binary" },
  { kind: "tinyImagenet", files: ["wnids.txt", "val/val_annotations.txt"], folder: "tiny-imagenet-200" },
] as const;

/** Lists of ImageNet's validation labels as they are published. */
const labelLists = ["LOC_val_solution.csv", "imagenet_2012_validation_synset_labels.txt", "val.txt"];

/**
 * What lies at a path, by the names of its files: CIFAR's and STL-10's binary files, Tiny ImageNet, ImageNet with a flat
 * `val`, shards, train and test images in two folders, or any folder of images, which also stands for what is not there.
 *
 * @throws SIMCLR_ERROR__CLI__AMBIGUOUS_DATA
 */
export async function findDataset(path: string): Promise<FoundDataset> {
  const isThere = existsSync(path);
  const format = shardFormat(path);
  if (format && (isThere ? !statSync(path).isDirectory() : /[{}]/.test(path))) {
    return { kind: "shards", format, train: [path], tests: [], leftOut: [] };
  }
  const names = isThere ? await readdir(path).catch(() => []) : [];
  const direct = signs.find(({ files }) => files.every((file) => existsSync(join(path, file))));
  if (direct) return { kind: direct.kind, path };
  const inside = signs.filter(({ folder }) => names.includes(folder));
  if (inside.length > 1) throw ambiguousData(path, "one dataset", inside.map(({ folder }) => folder)); // biome-ignore format: one line
  // Tiny ImageNet's validation images are often moved into folders: then it is one of train and test images.
  if (inside[0]?.kind === "tinyImagenet") return findDataset(join(path, inside[0].folder));
  if (inside[0]) return { kind: inside[0].kind, path };
  const imagenet = await findFlatImagenet(path, names);
  if (imagenet) return imagenet;
  const shards = names.length > 0 ? await findShards(path) : undefined;
  if (shards) return shards;
  const named = (known: readonly string[]) => names.find((name) => known.includes(name.toLowerCase()));
  const [train, test] = [named(trainNames), named([...testNames, ...validationNames])];
  if (train && test) return { kind: "parts", train: join(path, train), test: join(path, test) };
  return { kind: "images", path };
}

/** Kaggle's archive has the folders further down, and its list at the top. */
async function findFlatImagenet(path: string, names: readonly string[]): Promise<FoundDataset | undefined> {
  const root = names.includes("ILSVRC") ? join(path, "ILSVRC", "Data", "CLS-LOC") : path;
  if (!existsSync(join(root, "train")) || !existsSync(join(root, "val"))) return undefined;
  const entries = await readdir(join(root, "val"), { withFileTypes: true }).catch(() => []);
  const isFlat = entries.length > 0 && entries.every((entry) => entry.isFile());
  const isImages = entries.some(({ name }) => /\.(jpe?g|png)$/i.test(name));
  const classes = await readdir(join(root, "train"), { withFileTypes: true }).catch(() => []);
  if (!isFlat || !isImages || !classes.some((entry) => entry.isDirectory())) return undefined;
  const labelList = [path, root].flatMap((at) => labelLists.map((name) => join(at, name))).find((list) => existsSync(list)); // biome-ignore format: one line
  return { kind: "imagenet", path: root, ...(labelList && { labelList }) };
}
