import { plotColors } from "./plot.js";

const light = Object.entries(plotColors).map(([name, color]) => `--${name}:${color}`);

/** The plots' colours on a dark ground: the same hues, lighter. */
const dark = {
  ink: "#ececf1",
  muted: "#a4a4b0",
  grid: "#34343d",
  ground: "#17171c",
  series0: "#7aa7ff",
  series1: "#f0a04b",
  series2: "#4cc9ae",
  series3: "#bb94f5",
  series4: "#f08abb",
  series5: "#b6c657",
  series6: "#5cc3e6",
  series7: "#cf9f7c",
} satisfies Record<keyof typeof plotColors, string>;

const darkColors = Object.entries(dark).map(([name, color]) => `--${name}:${color}`);

/** The page's style sheet: light or dark as the reader has it, narrow or wide, and on paper. */
export const pageStyle = `
:root { color-scheme: light dark; ${light.join(";")}; --raised:#f7f7f9; --link:#1f5fc9; }
@media (prefers-color-scheme: dark) { @media not print { :root { ${darkColors.join(";")}; --raised:#202027; --link:#8fb5ff; } } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--ground); max-width: 62rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 .35rem; }
h2 { font-size: 1.25rem; margin: 3.25rem 0 .35rem; }
h3 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: .35rem 0 1rem; max-width: 46rem; }
a { color: var(--link); }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.note, caption, small, footer, figcaption, figure p { color: var(--muted); font-size: .875rem; }
figure { margin: 0; min-width: 0; }
figure p { margin: .4rem 0 0; }
figcaption { margin-bottom: .35rem; }
figcaption strong { color: var(--ink); font-weight: 600; }
img, svg.plot { display: block; max-width: 100%; height: auto; }
svg.plot { font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 2rem 2.5rem; align-items: start; }
.grid > figure:only-child { max-width: 46rem; }
.grid.maps > figure:only-child { max-width: none; }

table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .6rem; }
th, td { padding: .45rem 1.5rem .45rem 0; text-align: right; vertical-align: baseline; border-bottom: 1px solid var(--grid); font-weight: 400; }
thead th { color: var(--muted); font-size: .875rem; vertical-align: bottom; }
th:first-child, td:first-child, td.run, th.text, tbody th { text-align: left; }
.wide svg.plot { min-width: 28rem; }
td small, th small { display: block; line-height: 1.3; white-space: nowrap; }
table.accuracies td, table.accuracies tbody th, table.overview td, table.overview th { white-space: nowrap; }
thead small { opacity: .85; }
table.accuracies thead th:not(.text) { min-width: 6.25rem; }
.narrow { display: none; }
tr.trained th { font-weight: 600; }
td.best { font-weight: 700; }
td.best small { font-weight: 400; }
tbody.published tr { background: var(--raised); }
tbody.published tr > :first-child { padding-left: .5rem; }
table.settings td, table.settings th, table.others td, table.others th { text-align: left; }
table.settings td, table.others td { overflow-wrap: anywhere; }
table.settings th, table.settings td { font-size: .875rem; padding-top: .3rem; padding-bottom: .3rem; }
table.settings tbody th { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .8125rem; white-space: nowrap; }
table.others td { font-size: .875rem; min-width: 9rem; }
th button { all: unset; cursor: pointer; }
th button:hover { color: var(--ink); }
th button:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
th[aria-sort="ascending"] button::after { content: " \\2191"; }
summary { cursor: pointer; margin: .75rem 0; color: var(--muted); font-size: .875rem; }

dl.figures { display: flex; flex-wrap: wrap; gap: 1.1rem 2.5rem; margin: 1.75rem 0 0; }
dl.figures dt { color: var(--muted); font-size: .875rem; }
dl.figures dd { margin: 0; font-size: 1.375rem; line-height: 1.3; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
table.overview { margin-top: 1.5rem; }
.key { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; background: var(--key); margin-right: .55rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.keys { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 0 0 1.25rem; font-size: .875rem; }
.curve h3 { margin: 0; }

.map { position: relative; }
.map .area { position: relative; background: var(--raised); border-radius: 10px; overflow: hidden; }
.map img { width: 100%; }
.map i { position: absolute; width: .6rem; aspect-ratio: 1; translate: -50% -50%; border-radius: 50%; background: var(--class, var(--muted)); visibility: hidden; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
#map:has([value="classes"]:checked) .map i, .map .area[data-only] i.only, .map i.pointed { visibility: visible; }
#map:has([value="classes"]:checked) .map img { visibility: hidden; }
.map .area[data-only] img { opacity: .25; }
#map .map .area[data-only] i:not(.only) { opacity: .15; }
.map i.pointed { z-index: 1; outline: 2.5px solid var(--ink); outline-offset: 1px; }
.map .card { position: absolute; z-index: 2; pointer-events: none; background: var(--ground); color: var(--ink); border-radius: 8px; padding: .4rem .4rem .3rem; box-shadow: 0 6px 28px rgb(0 0 0 / .28); font-size: .875rem; text-align: center; }
.map .card[hidden] { display: none; }
.map .card span { display: block; width: 8.5rem; border-radius: 5px; image-rendering: pixelated; background-repeat: no-repeat; }
.map .card b { display: block; font-weight: 600; padding-top: .2rem; }
.classes { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; list-style: none; padding: 0; margin: .7rem 0 0; font-size: .875rem; }
.classes li::before { content: ""; display: inline-block; width: .65rem; height: .65rem; border-radius: 50%; background: var(--class); margin-right: .4rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.choice { border: 0; padding: 0; margin: 0 0 .8rem; font-size: .875rem; display: flex; gap: 1rem; }
.choice legend { float: left; margin-right: 1rem; color: var(--muted); }
.choice label { cursor: pointer; }
.choice input { accent-color: var(--link); margin: 0 .3rem 0 0; vertical-align: -.1em; }
html:not(.scripted) .with-script { display: none; }
footer { margin-top: 4rem; border-top: 1px solid var(--grid); padding-top: 1rem; overflow-wrap: anywhere; }

@media (max-width: 34rem) {
  body { padding-top: 1.75rem; }
  h2 { margin-top: 2.5rem; }
  th, td { padding-right: 1rem; }
  table.accuracies tbody th { position: sticky; left: 0; background: var(--ground); }
  .run { display: none; }
  td small.narrow, th small.narrow { display: block; font-weight: 400; }
  dl.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
  .map i { width: .4rem; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2, h3 { break-after: avoid; }
  figure, tr, dl { break-inside: avoid; }
  .choice, .with-script, .card { display: none !important; }
  .scroll { overflow: visible; }
  .grid { grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; }
  a { color: inherit; }
  .map .area { background: none; border: 1px solid var(--grid); border-radius: 0; }
}
`;
