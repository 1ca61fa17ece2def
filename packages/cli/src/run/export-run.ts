import { join, resolve } from "node:path";
import { useTensorFlow } from "@simclr/runtime";
import { loadEncoder } from "@simclr/training";
import { type ExportFormat, exportEncoderTo } from "@simclr/weights";
import { readRunSettings } from "./run-settings.js";

export interface ExportRunOptions {
  readonly runFolder: string;
  readonly format: ExportFormat;
  /** The folder of the files. Default: `<run>/export/<format>`. */
  readonly output?: string | undefined;
  /** torchvision: a classifier of so many classes, all zeros. Default: none. */
  readonly classCount?: number | undefined;
}

export interface ExportRunResult {
  readonly paths: readonly string[];
  /** What the reader of the files has to do for equal outputs. */
  readonly notes: readonly string[];
}

/**
 * `simclr export` as a function: writes the encoder of a run's last checkpoint in a format of others.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_NOT_FOUND, SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE
 */
export async function exportRun({ format, classCount = 0, ...where }: ExportRunOptions): Promise<ExportRunResult> {
  const runFolder = resolve(where.runFolder);
  const { recipe } = await readRunSettings(runFolder);
  await useTensorFlow();
  const encoder = await loadEncoder(runFolder);
  try {
    const { backbone, params, batchStats: state } = encoder;
    const folder = resolve(where.output ?? join(runFolder, "export", format));
    const options = { format, classCount, imageSize: recipe.imageSize };
    return await exportEncoderTo(folder, { spec: backbone.spec, params, state }, options);
  } finally {
    encoder.dispose();
  }
}
