import { join } from "node:path";
import sharp from "sharp";
import { writeFileWhole } from "../run/write-file-whole.js";
import type { Report, ReportFiles } from "./report.js";
import { reportPage } from "./report-page.js";
import { readReportedRun } from "./reported-run.js";
import { type RunPictures, writePictures } from "./run-pictures.js";
import { lossCurve } from "./training-plots.js";

/**
 * Writes a run's `report.json` and pictures, each on its own, and `index.html`, which holds all of them and what else is
 * known of the run.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 */
export async function writeReport(folder: string, report: Report, pictures: RunPictures): Promise<ReportFiles> {
  await writeFileWhole(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writePictures(folder, pictures);
  const run = await readReportedRun(report.runFolder, folder);
  const curve = await lossCurve(run);
  // Twice the pixels: a chart is looked at on sharp screens.
  const png = await sharp(Buffer.from(curve), { density: 144 }).png().toBuffer();
  await writeFileWhole(join(folder, "loss.svg"), curve);
  await writeFileWhole(join(folder, "loss.png"), png);
  const html = join(folder, "index.html");
  await writeFileWhole(html, await reportPage([run]));
  return { folder, html };
}
