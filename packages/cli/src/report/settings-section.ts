import { recipeKeys } from "../recipe/recipe-keys.js";
import { html, type Markup } from "./html.js";
import type { ReportedRun } from "./reported-run.js";

interface Setting {
  readonly name: string;
  /** What it means. */
  readonly title?: string;
  /** One for each run. */
  readonly values: readonly string[];
}

/** Every setting of every run; those in which runs differ come first. */
export function settingsSection(runs: readonly ReportedRun[]): Markup {
  const settings = settingsOf(runs);
  const differs = ({ values }: Setting) => new Set(values).size > 1;
  const head = html`<thead><tr><th scope="col">Setting</th>${runs.map(({ name }) => html`<th scope="col">${runs.length > 1 ? name : "Value"}</th>`)}</tr></thead>`;
  const row = (setting: Setting) =>
    html`<tr><th scope="row"${setting.title && html` title="${setting.title}"`}>${setting.name}</th>${setting.values.map((value) => html`<td>${value}</td>`)}</tr>`;
  const different = settings.filter(differs);
  const alike = settings.filter((setting) => !differs(setting));
  return html`<section id="settings"><h2>Settings</h2>
${different.length > 0 && html`<div class="scroll"><table class="settings"><caption>In which the runs differ</caption>${head}<tbody>${different.map(row)}</tbody></table></div>`}
<details${runs.length === 1 && " open"}><summary>${runs.length > 1 ? `${alike.length} settings that all runs share` : `${alike.length} settings`}</summary><div class="scroll"><table class="settings">${head}<tbody>${alike.map(row)}</tbody></table></div></details></section>`;
}

function settingsOf(runs: readonly ReportedRun[]): Setting[] {
  const of = (name: string, value: (run: ReportedRun) => unknown, title?: string): Setting => ({
    name,
    ...(title && { title }),
    values: runs.map((run) => inWords(value(run))),
  });
  return [
    of("run", ({ folder }) => folder),
    of("data", ({ data }) => data, "where the images are from"),
    of("images", ({ exampleCount }) => exampleCount, "in an epoch"),
    ...recipeKeys().map(({ key, description }) => of(key, ({ recipe }) => valueAt(recipe, key), description)),
    of(
      "machine",
      ({ report }) => report && `${report.machine.cpu}, ${report.machine.cores} cores, ${report.machine.platform}`,
    ),
    of("versions", ({ versions }) => Object.entries(versions).map((pair) => pair.join(" ")).join(", ") || undefined), // biome-ignore format: one line
  ];
}

function valueAt(recipe: unknown, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], recipe);
}

function inWords(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
