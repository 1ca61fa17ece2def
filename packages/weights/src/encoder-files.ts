import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { simclrError } from "./errors.js";
import { type ExportableEncoder, type ExportEncoderOptions, exportEncoder } from "./export-encoder.js";
import { type ImportEncoderOptions, type ImportedEncoder, importEncoder } from "./import-encoder.js";
import { type ImportedHead, type ImportHeadOptions, importHead } from "./import-head.js";
import type { NamedFiles } from "./named-files.js";

/**
 * {@link importEncoder} of a path: a file; a TensorFlow checkpoint by its `.index` file or by its name without ending; or a
 * folder, of a SavedModel, a checkpoint of ours, or with one of these files in it.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT, and all that `importEncoder` throws
 */
export async function importEncoderFrom(path: string, options: ImportEncoderOptions = {}): Promise<ImportedEncoder> {
  return importEncoder(await readEncoderFiles(path), options);
}

/**
 * {@link importHead} of a path, as {@link importEncoderFrom} has it.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT, and all that `importHead` throws
 */
export async function importHeadFrom(path: string, options: ImportHeadOptions = {}): Promise<ImportedHead | undefined> {
  return importHead(await readEncoderFiles(path), options);
}

/**
 * {@link exportEncoder} into a folder, which is made if it is not there. Every file is there as a whole or not at all.
 *
 * @returns the paths that were written, and what their reader has to know
 * @throws all that `exportEncoder` throws
 */
export async function exportEncoderTo(
  folder: string,
  encoder: ExportableEncoder,
  options: ExportEncoderOptions,
): Promise<{ readonly paths: readonly string[]; readonly notes: readonly string[] }> {
  const { files, notes } = await exportEncoder(encoder, options);
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  // A graph's description comes first among its files and is written last, when all that it names is there.
  for (const [name, bytes] of Object.entries(files).reverse()) {
    const path = join(folder, name);
    await writeWhole(path, bytes);
    paths.unshift(path);
  }
  return { paths, notes };
}

async function readEncoderFiles(path: string): Promise<NamedFiles> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() && !path.endsWith(".index")) return { [basename(path)]: await readFile(path) };
  if (found?.isDirectory()) {
    const names = await readdir(path);
    if (names.includes("variables")) return readEncoderFiles(join(path, "variables", "variables"));
    if (names.includes("checkpoint.json")) return readAll(path, ["checkpoint.json", "state.safetensors"]);
    const [index, ...others] = names.filter((name) => name.endsWith(".index")).sort();
    if (index !== undefined && others.length === 0) return readEncoderFiles(join(path, index));
    const files = names.filter((name) => /\.(safetensors|pth?|tar|ckpt|bin)$/.test(name));
    if (files.length === 1) return readAll(path, files);
    throw notOne(path, names);
  }
  const stem = path.replace(/\.index$/, "");
  const beside = await readdir(dirname(stem)).catch(() => []);
  const own = beside.filter((name) => name === `${basename(stem)}.index` || name.startsWith(`${basename(stem)}.data-`));
  if (own.length === 0) throw notOne(path, []);
  return readAll(dirname(stem), own);
}

async function readAll(folder: string, names: readonly string[]): Promise<NamedFiles> {
  const read = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
  return Object.fromEntries(await Promise.all(read));
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function notOne(path: string, files: string[]) {
  return simclrError(
    "SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT",
    { files },
    {
      expected: `one encoder's file or checkpoint at ${path}`,
      received: files.length > 0 ? `a folder of ${files.slice(0, 5).join(", ")}` : "nothing there",
      remedy: "Name the file itself; of a TensorFlow checkpoint its name without .index.",
    },
  );
}
