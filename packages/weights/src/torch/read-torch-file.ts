import type { HostTensor } from "@simclr/core";
import { unzipSync } from "fflate";
import { fileDamaged } from "../errors.js";
import { ByteReader } from "./byte-reader.js";
import { elementSize, materialize, type TorchStorage, TorchTensor } from "./torch-tensor.js";
import { PickleGlobal, type PickleHandlers, unpickle } from "./unpickle.js";

/** The magic number of files that PyTorch wrote before 1.6. */
const legacyMagic = 0x1950a86a20f9469cfc6cn;

/**
 * The tensors of a file of `torch.save`, zip or older, by their keys joined with dots: `state_dict.backbone.conv1.weight`. No
 * code of the file is run; objects that are no tensors, numbers, texts, lists or dictionaries are passed over.
 *
 * @param bytes the file; borrowed
 * @param file what messages call it
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED
 * @example
 * ```ts
 * import { readTorchFile } from "@simclr/weights";
 * const names = (file: Uint8Array) => [...readTorchFile(file).keys()]; // ["conv1.weight", "bn1.weight", ...]
 * console.log(typeof names);
 * ```
 */
export function readTorchFile(bytes: Uint8Array, file = "the PyTorch file"): Map<string, HostTensor> {
  return isZip(bytes) ? readZip(bytes, file) : readLegacy(bytes, file);
}

/** Whether bytes begin as a zip file does. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

/** Whether bytes begin as a file of PyTorch before 1.6: a pickle of protocol 2 with a long number. */
export const isLegacyTorch = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 10 && bytes[4] === 0x6c && bytes[5] === 0xfc;

function readZip(bytes: Uint8Array, file: string): Map<string, HostTensor> {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch (cause) {
    throw fileDamaged(file, `it is no whole zip file: ${(cause as Error).message}`, cause);
  }
  const pickle = Object.keys(entries).find((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickle === undefined) throw fileDamaged(file, "it is a zip file without data.pkl: not of torch.save");
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = entries[`${folder}byteorder`];
  if (order && new TextDecoder().decode(order) !== "little") throw fileDamaged(file, "its numbers are big-endian");
  const root = unpickle(new ByteReader(entries[pickle] as Uint8Array, file), file, handlers(file));
  return collect(root, file, ({ key }) => entries[`${folder}data/${key}`]);
}

function readLegacy(bytes: Uint8Array, file: string): Map<string, HostTensor> {
  const reader = new ByteReader(bytes, file);
  const next = () => unpickle(reader, file, handlers(file, types));
  const types = new Map<string, string>();
  if (next() !== legacyMagic) throw fileDamaged(file, "it has not the magic number of torch.save");
  next(); // the protocol's version
  next(); // the writing system's byte order and word sizes
  const root = next();
  const storages = new Map<string, Uint8Array>();
  for (const key of next() as string[]) {
    const size = elementSize(types.get(key) ?? "");
    if (size === undefined) throw fileDamaged(file, `its storage ${key} is of a type that is not read`);
    storages.set(key, reader.bytes(reader.uint64() * size));
  }
  return collect(root, file, ({ key }) => storages.get(key));
}

function handlers(file: string, types?: Map<string, string>): PickleHandlers {
  return {
    reduce: (global, args) => {
      if (global === "collections.OrderedDict" || global === "collections.defaultdict") return new Map();
      if (global === "torch._utils._rebuild_parameter") return args[0];
      if (global !== "torch._utils._rebuild_tensor_v2" && global !== "torch._utils._rebuild_tensor") return undefined;
      const [storage, offset, shape, strides] = args as [TorchStorage, number, number[], number[]];
      if (!storage?.type || !isSizes([offset]) || !isSizes(shape) || !isSizes(strides)) {
        throw fileDamaged(file, "one of its tensors has no storage, shape or strides");
      }
      return new TorchTensor(storage, offset, shape, strides);
    },
    persistent: (id) => {
      const [kind, global, key] = Array.isArray(id) ? id : [];
      if (kind !== "storage" || !(global instanceof PickleGlobal)) throw fileDamaged(file, "it refers to no storage");
      const type = global.name.slice(global.name.lastIndexOf(".") + 1);
      types?.set(String(key), type);
      return { key: String(key), type } satisfies TorchStorage;
    },
  };
}

function collect(root: unknown, file: string, bytesOf: (storage: TorchStorage) => Uint8Array | undefined) {
  const found = new Map<string, HostTensor>();
  const seen = new Set<unknown>();
  const visit = (value: unknown, path: string) => {
    if (value instanceof TorchTensor) {
      const bytes = bytesOf(value.storage);
      if (!bytes) throw fileDamaged(file, `tensor "${path}" has no numbers: storage ${value.storage.key} is missing`);
      found.set(path, materialize(value, bytes, file));
      return;
    }
    if (!(value instanceof Map || Array.isArray(value)) || seen.has(value)) return;
    seen.add(value);
    for (const [key, child] of value.entries()) visit(child, path === "" ? `${key}` : `${path}.${key}`);
  };
  visit(root, "");
  return found;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
