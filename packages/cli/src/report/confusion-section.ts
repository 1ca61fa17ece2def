import { protocolTitle } from "./accuracy-table.js";
import { html, type Markup, raw } from "./html.js";
import { plot, plotColors, plotForPage } from "./plot.js";
import type { ReportedRun } from "./reported-run.js";

/** What the trained encoder's images of each class were taken for. */
interface Confusion {
  readonly protocol: string;
  readonly counts: readonly (readonly number[])[];
}

/** Cells of a larger matrix could not be read. */
const mostDrawn = 30;
const pairsShown = 8;

/** For each run a confusion matrix, and in words what is mistaken for what; undefined where nothing was classified. */
export async function confusionSection(runs: readonly ReportedRun[]): Promise<Markup | undefined> {
  const parts = await Promise.all(
    runs.map(async (run) => {
      const confusion = confusionOf(run);
      if (!confusion) return [];
      const names = namesOf(run, confusion.counts.length);
      const pairs = mistakes(confusion, names);
      const alt = `Confusion matrix of ${run.name}, ${protocolTitle(confusion.protocol)}. Most frequent mistakes: ${pairs.join(", ") || "none"}`;
      const drawn = confusion.counts.length <= mostDrawn && raw(plotForPage(await matrix(confusion, names), alt));
      const worst = pairs.length > 0 ? html`<p>Most frequent: ${pairs.join(", ")}.</p>` : html`<p>No mistake.</p>`;
      return [
        html`<figure><figcaption>${runs.length > 1 && html`<strong>${run.name}</strong> `}${protocolTitle(confusion.protocol)}</figcaption>${drawn}${worst}</figure>`,
      ];
    }),
  );
  if (parts.every((part) => part.length === 0)) return undefined;
  return html`<section id="confusion"><h2>What is taken for what</h2>
<p class="note">A row for each class, a column for what its test images were taken for, in percent of the row; an arrow reads "was taken for".</p>
<div class="grid">${parts}</div></section>`;
}

/** Of the protocol that says most: a classifier on frozen features, on the run's own images first. */
function confusionOf({ evaluations, report, data }: ReportedRun): Confusion | undefined {
  const order = ["linear", "linear-features", "logistic-regression", "knn"];
  const place = ({ protocol, data: on }: { protocol: string; data: string }) =>
    ((order.indexOf(protocol) + 10) % 10) + (on === data ? 0 : 10);
  const [first] = evaluations
    .filter(({ encoder, confusion }) => encoder === "trained" && confusion)
    .sort((a, b) => place(a) - place(b));
  if (first?.confusion) return { protocol: first.protocol, counts: first.confusion };
  return report?.accuracies?.confusion;
}

function namesOf({ report, pictures }: ReportedRun, count: number): string[] {
  const known = report?.accuracies?.classNames ?? pictures?.map?.classNames;
  return Array.from({ length: count }, (_, i) => (known?.length === count ? (known[i] as string) : String(i)));
}

function mistakes({ counts }: Confusion, names: readonly string[]): string[] {
  return counts
    .flatMap((row, label) => row.map((count, prediction) => ({ label, prediction, count })))
    .filter(({ label, prediction, count }) => label !== prediction && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, pairsShown)
    .map(({ label, prediction, count }) => `${names[label]} → ${names[prediction]} (${count})`);
}

async function matrix({ counts }: Confusion, names: readonly string[]): Promise<string> {
  const values = counts.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, prediction) => {
      const share = total > 0 ? count / total : 0;
      const text = share === 0 ? "" : share < 0.005 ? "·" : String(Math.round(100 * share));
      return { label: names[label], prediction: names[prediction], share, text, right: label === prediction };
    });
  });
  const side = Math.max(16, Math.min(34, 380 / counts.length));
  const axis = { labelLimit: 90, grid: false, domain: false } as const;
  return plot({
    data: { values },
    width: { step: side },
    height: { step: side },
    encoding: {
      x: {
        field: "prediction",
        type: "nominal",
        sort: [...names],
        title: "taken for",
        axis: { ...axis, labelAngle: names.some((name) => name.length > 3) ? -50 : 0 },
      },
      y: { field: "label", type: "nominal", sort: [...names], title: "is", axis },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 2, width: { band: 0.94 }, height: { band: 0.94 } },
        encoding: {
          color: { condition: { test: "datum.right", value: plotColors.series0 }, value: plotColors.series1 },
          // Rare mistakes are what one looks for: the root makes them visible.
          opacity: {
            field: "share",
            type: "quantitative",
            scale: { type: "sqrt", domain: [0, 1], range: [0.04, 0.9] },
            legend: null,
          },
        },
      },
      ...(side >= 22
        ? [
            {
              mark: { type: "text", fontSize: 11 } as const,
              encoding: {
                text: { field: "text", type: "nominal" } as const,
                color: { condition: { test: "datum.share > 0.3", value: plotColors.ground }, value: plotColors.ink },
              },
            },
          ]
        : []),
    ],
  });
}
