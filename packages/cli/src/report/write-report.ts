import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { Report, ReportFiles } from "./report.js";
import { type ReportPictures, reportPage } from "./report-page.js";

/** Writes `index.html`, which needs no other file, `report.json` and the pictures on their own. */
export async function writeReport(folder: string, report: Report, pictures: ReportPictures): Promise<ReportFiles> {
  await mkdir(folder, { recursive: true });
  const html = join(folder, "index.html");
  // Twice the pixels: a chart is looked at on sharp screens.
  const lossPng = await sharp(Buffer.from(pictures.lossCurve), { density: 144 }).png().toBuffer();
  await replaceFile(join(folder, "loss.svg"), pictures.lossCurve);
  await replaceFile(join(folder, "loss.png"), lossPng);
  await replaceFile(join(folder, "neighbours.png"), pictures.neighbours);
  await replaceFile(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await replaceFile(html, reportPage(report, pictures));
  return { folder, html };
}

async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
