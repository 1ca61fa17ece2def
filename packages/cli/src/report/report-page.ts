import { percent } from "../terminal/percent.js";
import type { Report } from "./report.js";

export interface ReportPictures {
  /** SVG. */
  readonly lossCurve: string;
  /** PNG. */
  readonly neighbours: Buffer;
}

/** The report as one page of HTML that needs no other file. */
export function reportPage(report: Report, { lossCurve, neighbours }: ReportPictures): string {
  const { training, accuracies, recipe, data, seed, machine } = report;
  const count = (value: number) => value.toLocaleString("en");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>SimCLR: ${escapeHtml(recipe)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; color: #22222a; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
  table { border-collapse: collapse; } th, td { padding: .35rem 1.2rem .35rem 0; text-align: right; border-bottom: 1px solid #e0e0e6; }
  th:first-child, td:first-child { text-align: left; } tbody tr:first-child { font-weight: 600; }
  svg, img { max-width: 100%; height: auto; } footer, .note { color: #66666f; font-size: .9rem; }
</style>
<h1>${escapeHtml(recipe)}</h1>
<p>${count(training.exampleCount)} images, ${training.epochs} epochs, ${count(training.steps)} steps. Last loss ${training.metrics.loss?.toFixed(3) ?? "-"}.</p>
${accuracies ? accuracyTable(accuracies) : `<p class="note">Without labels there is nothing to be right or wrong about; put images in folders named after their classes to have accuracies here.</p>`}
<h2>Nearest neighbours</h2>
<p class="note">Left, an image${accuracies ? " of the test set" : ""}; right, the training images that the encoder finds most like it${accuracies ? ": green the same class, red another" : ""}.</p>
<img alt="Images and their nearest neighbours" src="data:image/png;base64,${neighbours.toString("base64")}">
<h2>Training</h2>
${lossCurve}
<footer><p>${escapeHtml(data)} · seed ${seed} · Node ${machine.node} · ${escapeHtml(machine.platform)} · ${escapeHtml(machine.cpu)}, ${machine.cores} cores</p></footer>
</html>
`;
}

function accuracyTable({
  encoders,
  testCount,
  bankCount,
  classCount,
  neighbours,
}: NonNullable<Report["accuracies"]>): string {
  const rows = encoders.map(
    ({ title, featureSize, knn, linear }) =>
      `<tr><td>${escapeHtml(title)}</td><td>${featureSize}</td><td>${percent(knn)}</td><td>${percent(linear)}</td></tr>`,
  );
  return `<table>
<thead><tr><th></th><th>numbers an image</th><th>kNN</th><th>linear</th></tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table>
<p class="note">Top-1 accuracy on ${testCount.toLocaleString("en")} images of ${classCount} classes that the encoder never saw. kNN asks the ${neighbours} nearest of ${bankCount.toLocaleString("en")} training images; linear trains one layer on their features. The encoder saw no label.</p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
