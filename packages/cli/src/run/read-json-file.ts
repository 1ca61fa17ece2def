import { readFile } from "node:fs/promises";
import { z } from "zod";
import { simclrError } from "../errors.js";
import { shown } from "./run-settings.js";

/**
 * A JSON file of a run's folder, checked; undefined when there is none.
 *
 * @param remedy what makes the file anew
 * @throws SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>, remedy: string): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, `text that is not JSON: ${(cause as Error).message}`, remedy, cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue;
  throw damaged(file, path.length > 0 ? `${z.core.toDotPath(path)}: ${message}` : message, remedy, parsed.error);
}

/** A file of a run that cannot be read as what it was written as. */
export function damaged(file: string, reason: string, remedy: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED",
    { file, reason },
    { expected: `${shown(file)} as it was written`, received: reason, remedy },
    cause,
  );
}
