import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { embed } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { latestCheckpoint, loadEncoder } from "@simclr/training";
import { invalidOption, isSimclrError } from "../errors.js";
import { reportPage } from "../report/report-page.js";
import { type ReportedRun, readReportedRun } from "../report/reported-run.js";
import { type RunPictures, writePictures } from "../report/run-pictures.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { encoderPictures } from "./encoder-pictures.js";
import { imageSource } from "./image-source.js";
import { recipeCompile } from "./recipe-compile.js";
import { shown } from "./run-settings.js";
import { writeFileWhole } from "./write-file-whole.js";

export interface ReportRunsOptions {
  /** One run has a page of its own, several have one that compares them. */
  readonly runFolders: readonly string[];
  /** Default: `<run>/report/index.html` of one run, `report.html` for several. */
  readonly output?: string | undefined;
  /** `none` leaves the map out, and then nothing is computed. Default `umap`. */
  readonly map?: "umap" | "none";
  readonly title?: string | undefined;
  readonly terminal?: Terminal;
}

export interface ReportRunsResult {
  /** Where the page lies. */
  readonly html: string;
}

/** Without a run's images or checkpoint there is no map of them, and the rest of the page is as it is. */
const withoutPictures: ReadonlySet<string> = new Set([
  "SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND",
  "SIMCLR_ERROR__CLI__DATASET_NOT_FOUND",
  "SIMCLR_ERROR__DATA__PATH_MISSING",
  "SIMCLR_ERROR__DATA__NOT_A_FOLDER",
  "SIMCLR_ERROR__DATA__NO_IMAGES",
  "SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND",
]);

/**
 * `simclr report` as a function: one page on one run, or on several side by side. Everything is read and checked before
 * anything is computed; a map and a picture of neighbours that are missing, or older than the last checkpoint, are made.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION without a run, SIMCLR_ERROR__CLI__RUN_NOT_FOUND,
 *   SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 * @example
 * ```ts
 * import { reportRuns } from "simclr";
 * const compare = (...runFolders: string[]) => reportRuns({ runFolders, output: "comparison.html", title: "Seeds" });
 * // const { html } = await compare("runs/seed-0", "runs/seed-1");
 * ```
 */
export async function reportRuns(options: ReportRunsOptions): Promise<ReportRunsResult> {
  const { map = "umap", title, terminal = openTerminal() } = options;
  const folders = [...new Set(options.runFolders.map((folder) => resolve(folder)))];
  const [first] = folders;
  if (first === undefined) {
    throw invalidOption("runs", "no run", "the folder of a run, or of several", "For example: simclr report runs/*");
  }
  const html = resolve(options.output ?? (folders.length === 1 ? join(first, "report", "index.html") : "report.html"));
  if (existsSync(html) && statSync(html).isDirectory()) {
    throw invalidOption("--output", `the folder ${shown(html)}`, "a file to write", "Name an .html file in it.");
  }
  const read = await Promise.all(folders.map((folder) => readReportedRun(folder)));
  const runs: ReportedRun[] = [];
  for (const run of read) runs.push(map === "none" ? run : await withPictures(run, terminal));
  await writeFileWhole(html, await reportPage(runs, { title, map: map !== "none" }));
  return { html };
}

/** A run with pictures of its last checkpoint, which are kept in its folder. */
async function withPictures(run: ReportedRun, terminal: Terminal): Promise<ReportedRun> {
  const checkpoint = await latestCheckpoint(run.folder);
  const isCurrent = run.pictures && (!checkpoint || checkpoint.endsWith(String(run.pictures.step).padStart(8, "0")));
  if (isCurrent) return run;
  try {
    const pictures = await picturesOf(run, terminal);
    await writePictures(join(run.folder, "report"), pictures).catch((error: NodeJS.ErrnoException) => {
      // Somebody else's run, or one on a disk that can only be read, has a page without being changed.
      if (!["EACCES", "EPERM", "EROFS"].includes(error.code ?? "")) throw error;
    });
    return { ...run, pictures };
  } catch (error) {
    if (!isSimclrError(error) || !withoutPictures.has(error.code)) throw error;
    terminal.print(`No map of ${run.name}: ${error.message.replace(`${error.code}: `, "")}`);
    return run;
  }
}

async function picturesOf({ folder, data, recipe, name }: ReportedRun, terminal: Terminal): Promise<RunPictures> {
  await useTensorFlow();
  const encoder = await loadEncoder(folder, { compile: recipeCompile(recipe) });
  try {
    const channels = encoder.backbone.spec.inputChannels === 1 ? 1 : 3;
    const source = await imageSource(data, recipe, { onWarning: terminal.print, channels });
    return await encoderPictures({ encoder, source, recipe, embed, name, terminal });
  } finally {
    encoder.dispose();
  }
}
