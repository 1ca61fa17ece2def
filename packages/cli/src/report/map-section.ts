import { classColor } from "./class-color.js";
import { html, type Markup, raw } from "./html.js";
import { mapMargins } from "./map-picture.js";
import type { ReportedRun } from "./reported-run.js";
import type { EmbeddingMap, MapPictures } from "./run-pictures.js";

/** More names would be longer than the map. */
const longestLegend = 24;

/** The images of each run, so that those which its encoder finds alike lie side by side. */
export function mapSection(runs: readonly ReportedRun[], isAsked: boolean): Markup | undefined {
  const maps = runs.flatMap((run) => (isAsked && run.pictures?.map ? [{ run, map: run.pictures.map }] : []));
  if (maps.length === 0) return undefined;
  // Runs on the same images have the same thumbnails, which are put in once.
  const sheets = [...new Map(maps.map(({ map }) => [map.sheet.toString("base64"), map]))];
  const styles = sheets.map(
    ([sheet, map], i) => `.sheet-${i}{${sheetStyle(map)};background-image:url("data:image/webp;base64,${sheet}")}`,
  );
  const classCount = Math.max(0, ...maps.map(({ map }) => map.classNames?.length ?? 0));
  const colors = Array.from(
    { length: classCount },
    (_, label) => `[data-class="${label}"]{--class:${classColor(label, classCount)}}`,
  );
  const figures = maps.map(({ run, map }) => {
    const sheet = sheets.findIndex(([each]) => each === map.sheet.toString("base64"));
    return oneMap(run, map, sheet, runs.length > 1);
  });
  return html`<section id="map"><style>${raw([...styles, ...colors].join("\n"))}</style><h2>The encoder's map of the images</h2>
<p class="note">Images that the encoder finds alike lie close together (UMAP of cosine distances${classCount > 0 && "; the colours are the classes, which neither the encoder nor the map was told"}). Distances between groups mean little. <span class="with-script">Point at an image to see it larger.</span></p>
${classCount > 0 && choice()}
<div class="grid maps">${figures}</div></section>`;
}

function choice(): Markup {
  return html`<fieldset class="choice"><legend>Show</legend><label><input type="radio" name="show" value="images" checked> images</label><label><input type="radio" name="show" value="classes"> classes only</label></fieldset>`;
}

function sheetStyle({ points, thumbnails: { columns, width, height } }: EmbeddingMap): string {
  const rows = Math.ceil(points.length / columns);
  return `background-size:${100 * columns}% ${100 * rows}%;aspect-ratio:${width}/${height}`;
}

function oneMap(run: ReportedRun, map: EmbeddingMap & MapPictures, sheet: number, isNamed: boolean): Markup {
  const { points, aspect, labels, classNames, thumbnails, picture } = map;
  const { columns } = thumbnails;
  const rows = Math.ceil(points.length / columns);
  const { x: marginX, y: marginY } = mapMargins(aspect);
  const percent = (value: number) => `${(100 * value).toFixed(2)}%`;
  const share = (index: number, count: number) => (count > 1 ? `${((100 * index) / (count - 1)).toFixed(3)}%` : "0");
  const dots = points.map(([x, y], i) => {
    const at = `left:${percent(marginX + x * (1 - 2 * marginX))};top:${percent(marginY + y * (1 - 2 * marginY))}`;
    const label = labels ? ` data-class="${labels[i]}"` : "";
    const thumbnail = `${share(i % columns, columns)} ${share(Math.floor(i / columns), rows)}`;
    return `<i${label} data-at="${thumbnail}" style="${at}"></i>`;
  });
  const names = classNames && classNames.length <= longestLegend ? classNames : undefined;
  const about = `${points.length.toLocaleString("en")} images placed by UMAP${classNames ? `, framed in the colours of their ${classNames.length} classes` : ""}`;
  return html`<figure class="map"${classNames && html` data-names="${JSON.stringify(classNames)}"`}>
${isNamed && html`<figcaption><strong>${run.name}</strong></figcaption>`}
<div class="area"><img alt="${about}" src="data:image/webp;base64,${picture.toString("base64")}">${raw(dots.join(""))}</div>
<div class="card" hidden><span class="sheet-${sheet}"></span><b></b></div>
${names && html`<ul class="classes">${names.map((name, label) => html`<li data-class="${label}">${name}</li>`)}</ul>`}</figure>`;
}
