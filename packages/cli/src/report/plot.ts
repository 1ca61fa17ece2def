import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** The colours of a plot that stands on its own; on a page the page's own take their place. */
export const plotColors = {
  ink: "#22222a",
  muted: "#5c5c67",
  grid: "#e5e5ea",
  ground: "#fefefe",
  series0: "#2f6fde",
  series1: "#c2620a",
  series2: "#0f8a74",
  series3: "#8a4fd0",
  series4: "#c23b7e",
  series5: "#6b7a1f",
  series6: "#1681a8",
  series7: "#8a5a3c",
} as const;

/** Of several runs, or several encoders, each its own; the ninth is the first again. */
export function seriesColor(index: number): string {
  return plotColors[`series${index % 8}` as keyof typeof plotColors];
}

/** The look that all plots share. */
const config: NonNullable<TopLevelSpec["config"]> = {
  font: "system-ui, -apple-system, Segoe UI, Helvetica, Arial, DejaVu Sans, sans-serif",
  view: { stroke: null },
  axis: {
    grid: true,
    gridColor: plotColors.grid,
    domain: false,
    ticks: false,
    labelPadding: 6,
    labelColor: plotColors.muted,
    labelFontSize: 12,
    titleColor: plotColors.muted,
    titleFontWeight: "normal",
    titleFontSize: 12,
  },
  axisX: { grid: false, domain: true, domainColor: plotColors.grid },
  title: { anchor: "start", frame: "group", fontWeight: 600, fontSize: 14, color: plotColors.ink },
  legend: { title: null, orient: "bottom", symbolType: "stroke", labelLimit: 0, labelColor: plotColors.muted },
  line: { strokeWidth: 1.75, strokeJoin: "round" },
};

/** A chart as SVG that stands on its own. */
export async function plot(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ background: "white", padding: 12, ...spec, config }).spec), {
    renderer: "none",
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** The same chart for a page: without a ground, in the page's colours, and read out as `alt` says. */
export function plotForPage(svg: string, alt: string): string {
  const names = Object.entries(plotColors);
  const themed = names.reduce((text, [name, color]) => text.replaceAll(`"${color}"`, `"var(--${name})"`), svg);
  const label = alt.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return themed
    .replace(/<rect width="[\d.]+" height="[\d.]+" fill="white"\s*(\/>|><\/rect>)/, "")
    .replace(/^<svg ([^>]*)>/, `<svg class="plot" role="img" aria-label="${label}" $1>`);
}
