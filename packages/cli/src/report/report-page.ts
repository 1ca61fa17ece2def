import { accuracySection } from "./accuracy-section.js";
import { confusionSection } from "./confusion-section.js";
import { html, type Markup, raw } from "./html.js";
import { mapSection } from "./map-section.js";
import { neighbourSection } from "./neighbour-section.js";
import { overviewSection } from "./overview-section.js";
import { pageScript } from "./page-script.js";
import { pageStyle } from "./page-style.js";
import { plotForPage } from "./plot.js";
import { distinctlyNamed, type ReportedRun } from "./reported-run.js";
import { settingsSection } from "./settings-section.js";
import { trainingCurves } from "./training-plots.js";

export interface ReportPageOptions {
  /** Default: of one run, its recipe's description. */
  readonly title?: string | undefined;
  /** Whether the map is shown where there is one. Default true. */
  readonly map?: boolean;
}

/** What is said of runs, as one page of HTML that needs no other file and no network. */
export async function reportPage(runs: readonly ReportedRun[], options: ReportPageOptions = {}): Promise<string> {
  const named = distinctlyNamed(runs);
  const title =
    options.title ??
    (named.length === 1 ? named[0]?.recipe.description.replace(/\.$/, "") : `${named.length} runs compared`);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>${title} · SimCLR</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
<header><h1>${title}</h1>
<p class="note">${named.length === 1 ? html`<code>${named[0]?.name}</code> on ${named[0]?.data}` : [...new Set(named.map(({ data }) => `on ${data}`))].join(", ")}</p></header>
<main>
${overviewSection(named)}
${await accuracySection(named)}
${await trainingSection(named)}
${mapSection(named, options.map ?? true)}
${neighbourSection(named)}
${await confusionSection(named)}
${settingsSection(named)}
</main>
<footer>Written by <code>simclr report</code>. The method: Chen et al. 2020, <a href="https://arxiv.org/abs/2002.05709" rel="noreferrer">A Simple Framework for Contrastive Learning of Visual Representations</a>.</footer>
<script>(${raw(pageScript.toString())})()</script>
</body>
</html>
`;
  return page.markup;
}

async function trainingSection(runs: readonly ReportedRun[]): Promise<Markup | undefined> {
  const curves = await trainingCurves(runs);
  if (curves.length === 0) return undefined;
  const names = runs.map(({ name }) => name).join(", ");
  const keys = runs.map(
    ({ name }, i) =>
      html`<li><span class="key" style="--key:var(--series${i % 8})" aria-hidden="true"></span>${name}</li>`,
  );
  const figures = curves.map(
    ({ title, note, svg }) =>
      html`<figure class="curve"><h3>${title}</h3><figcaption>${note}</figcaption>${raw(plotForPage(svg, `${title} over the epochs of ${names}`))}</figure>`,
  );
  return html`<section id="training"><h2>Training</h2>${runs.length > 1 && html`<ul class="keys">${keys}</ul>`}<div class="grid">${figures}</div></section>`;
}
