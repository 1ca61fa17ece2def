import { backboneName } from "../recipe/backbone-name.js";
import { percent } from "../terminal/percent.js";
import { html, type Markup } from "./html.js";
import type { ReportedRun } from "./reported-run.js";
import { medianThroughput } from "./training-plots.js";

const count = (value: number) => value.toLocaleString("en");

/** What every run is and how far it came: for one run a few figures, for several a table. */
export function overviewSection(runs: readonly ReportedRun[]): Markup {
  const described = runs.map(figuresOf);
  const names = Object.keys(described[0] ?? {});
  if (runs.length === 1) {
    return html`<dl class="figures">${names.map((name) => html`<div><dt>${name}</dt><dd>${described[0]?.[name]}</dd></div>`)}</dl>`;
  }
  const rows = runs.map(
    ({ name }, i) =>
      html`<tr><th scope="row"><span class="key" style="--key:var(--series${i % 8})" aria-hidden="true"></span>${name}</th>${names.map((each) => html`<td>${described[i]?.[each]}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table class="overview"><thead><tr><th scope="col">Run</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function figuresOf(run: ReportedRun): Record<string, string> {
  const { lines, recipe, backbone, exampleCount } = run;
  const last = lines.findLast(({ kind }) => kind === "train");
  const probe = lines.findLast(({ kind }) => kind === "probe/knn");
  const speed = medianThroughput(run);
  return {
    Images: count(exampleCount),
    Encoder: backboneName(recipe.backbone, backbone),
    Epochs: last && last.epoch < recipe.epochs ? `${last.epoch} of ${recipe.epochs}` : String(recipe.epochs),
    Steps: count(last?.step ?? 0),
    "Last loss": typeof last?.loss === "number" ? last.loss.toFixed(3) : "–",
    "Last kNN": typeof probe?.top1 === "number" ? percent(probe.top1) : "–",
    "Images a second": speed === undefined ? "–" : count(Number(speed.toPrecision(3))),
  };
}
