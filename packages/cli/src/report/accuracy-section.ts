import { percent } from "../terminal/percent.js";
import {
  type Accuracy,
  type AccuracyRow,
  type AccuracyTable,
  accuracyTables,
  isSameProtocol,
} from "./accuracy-table.js";
import { html, type Markup, raw } from "./html.js";
import { intervalPlot } from "./interval-plot.js";
import { plotForPage } from "./plot.js";
import { type ComparedResult, publishedFor } from "./published-for.js";
import type { ReportedRun } from "./reported-run.js";

/** All protocols side by side, a table for each set of images, with what others published for the same recipes. */
export async function accuracySection(runs: readonly ReportedRun[]): Promise<Markup> {
  const tables = accuracyTables(runs);
  if (tables.length === 0) return nothingMeasured();
  const published = new Map(runs.map((run) => [run.name, publishedFor(run)]));
  const parts = await Promise.all(tables.map((table, i) => oneTable(table, runs, published, i, tables.length > 1)));
  return html`<section id="accuracy"><h2>Accuracy</h2>${parts}${otherRecipes(runs, published)}</section>`;
}

function nothingMeasured(): Markup {
  return html`<section id="accuracy"><h2>Accuracy</h2>
<p class="note">Nothing has been measured yet. Without labels there is nothing to be right or wrong about: put images in folders named after their classes, then <code>simclr evaluate</code>.</p></section>`;
}

async function oneTable(
  table: AccuracyTable,
  runs: readonly ReportedRun[],
  published: ReadonlyMap<string, readonly ComparedResult[]>,
  dataIndex: number,
  isNamed: boolean,
): Promise<Markup> {
  const severalRuns = runs.length > 1;
  const best = table.columns.map((_, i) => Math.max(...table.rows.map(({ cells }) => cells[i]?.value ?? 0)));
  const rows = table.rows.map((row) => tableRow(row, best, severalRuns));
  const exact = runs.flatMap((run) =>
    run.data === table.data ? publishedRows(table, run, published.get(run.name) ?? [], severalRuns) : [],
  );
  const columns = table.columns.map(({ title, metric }) =>
    header(
      title,
      undefined,
      metric === "top1" ? "top-1" : metric.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`),
    ),
  );
  const svg = await intervalPlot(table);
  const about = `accuracy-${dataIndex}`;
  return html`<div class="measured">${isNamed && html`<h3>On ${table.data}</h3>`}
<p class="note" id="${about}">${table.testCount.toLocaleString("en")} test images of ${table.classCount} classes that the encoder never saw; below each accuracy, in percent, its 95% interval.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Accuracies"><table class="accuracies sortable" aria-describedby="${about}">
<thead><tr>${severalRuns && header("Run", "run text")}${header("Encoder", "text")}${columns}</tr></thead>
<tbody>${rows}</tbody>${exact.length > 0 && html`<tbody class="published">${exact}</tbody>`}</table></div>
<figure class="scroll wide">${raw(plotForPage(svg, "The table's accuracies as points, in percent, with their intervals as bars."))}</figure></div>`;
}

/** @param className of columns that hold no accuracies */
function header(title: string, className?: string, note?: string): Markup {
  const own = className && raw(` class="${className}"`);
  return html`<th scope="col"${own}><button type="button">${title}</button>${note && html`<small>${note}</small>`}</th>`;
}

function tableRow({ run, encoder, title, cells }: AccuracyRow, best: readonly number[], severalRuns: boolean): Markup {
  const values = cells.map((cell, i) => (cell ? measured(cell, cell.value === best[i]) : html`<td>–</td>`));
  const name = html`<th scope="row">${title}${severalRuns && html`<small class="narrow">${run}</small>`}</th>`;
  return html`<tr class="${encoder}">${severalRuns && html`<td class="run">${run}</td>`}${name}${values}</tr>`;
}

function measured({ value, interval }: Accuracy, isBest: boolean): Markup {
  const range = interval && html`<small>${(100 * interval[0]).toFixed(1)}–${(100 * interval[1]).toFixed(1)}</small>`;
  return html`<td data-value="${value}"${isBest && raw(' class="best"')}>${percent(value)}${range}</td>`;
}

/** Of a run's own recipe, where they say something of the table's protocols. */
function publishedRows(
  { columns }: AccuracyTable,
  run: ReportedRun,
  results: readonly ComparedResult[],
  severalRuns: boolean,
): Markup[] {
  return results.flatMap(({ differences, accuracies, source }) => {
    const found = columns.map((column) => accuracies.find((accuracy) => isSameProtocol(column, accuracy)));
    if (differences.length > 0 || found.every((accuracy) => accuracy === undefined)) return [];
    const cells = found.map((accuracy) =>
      accuracy ? html`<td data-value="${accuracy.top1}">${percent(accuracy.top1)}</td>` : html`<td>–</td>`,
    );
    const name = html`<th scope="row">Published for this recipe<small>${link(source)}</small></th>`;
    return [html`<tr>${severalRuns && html`<td class="run">${run.name}</td>`}${name}${cells}</tr>`];
  });
}

/** What the same networks reached on the same images with other settings. */
function otherRecipes(
  runs: readonly ReportedRun[],
  published: ReadonlyMap<string, readonly ComparedResult[]>,
): Markup | undefined {
  const rows = runs.flatMap((run) =>
    (published.get(run.name) ?? [])
      .filter(({ differences }) => differences.length > 0)
      .slice(0, runs.length > 1 ? 3 : 6)
      .map(({ source, accuracies, differences }) => {
        const numbers = accuracies.map(({ protocol, labelFraction, top1 }) => {
          const labels = labelFraction === undefined ? "" : `, ${100 * labelFraction}% of labels`;
          return `${{ knn: "kNN", linear: "linear", "fine-tune": "fine-tuned" }[protocol]}${labels} ${percent(top1)}`;
        });
        const others = differences.map(({ setting, published, own }) => `${words(setting)} ${published} (here ${own})`);
        return html`<tr>${runs.length > 1 && html`<td class="run">${run.name}</td>`}<td>${link(source)}</td><td>${numbers.join("; ")}</td><td>${others.join("; ")}</td></tr>`;
      }),
  );
  if (rows.length === 0) return undefined;
  return html`<h3>Published for the same network with other settings</h3>
<div class="scroll"><table class="others"><thead><tr>${runs.length > 1 && html`<th scope="col">Run</th>`}<th scope="col">Source</th><th scope="col">Top-1</th><th scope="col">Settings that differ</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function link({ name, url }: ComparedResult["source"]): Markup {
  return html`<a href="${url}" rel="noreferrer">${name}</a>`;
}

function words(setting: string): string {
  return setting.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}
