import { join } from "node:path";
import sharp from "sharp";
import { writeFileWhole } from "../run/write-file-whole.js";
import type { Report, ReportFiles } from "./report.js";
import { type ReportPictures, reportPage } from "./report-page.js";

/** Writes `index.html`, which needs no other file, `report.json` and the pictures on their own. */
export async function writeReport(folder: string, report: Report, pictures: ReportPictures): Promise<ReportFiles> {
  const html = join(folder, "index.html");
  // Twice the pixels: a chart is looked at on sharp screens.
  const lossPng = await sharp(Buffer.from(pictures.lossCurve), { density: 144 }).png().toBuffer();
  await writeFileWhole(join(folder, "loss.svg"), pictures.lossCurve);
  await writeFileWhole(join(folder, "loss.png"), lossPng);
  await writeFileWhole(join(folder, "neighbours.png"), pictures.neighbours);
  await writeFileWhole(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileWhole(html, reportPage(report, pictures));
  return { folder, html };
}
