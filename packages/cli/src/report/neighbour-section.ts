import { html, type Markup } from "./html.js";
import type { ReportedRun } from "./reported-run.js";
import type { RunPictures } from "./run-pictures.js";

/** For each run, a few images with those that its encoder finds most like them. */
export function neighbourSection(runs: readonly ReportedRun[]): Markup | undefined {
  const shown = runs.flatMap(({ name, pictures }) => (pictures ? [{ name, pictures }] : []));
  if (shown.length === 0) return undefined;
  const figures = shown.map(
    ({ name, pictures }) =>
      html`<figure>${runs.length > 1 && html`<figcaption><strong>${name}</strong></figcaption>`}<img alt="${described(pictures)}" src="data:image/png;base64,${pictures.neighbours.toString("base64")}"><p>${agreement(pictures)}</p></figure>`,
  );
  const isLabelled = shown.some(({ pictures }) => pictures.neighbourCounts.sameClass !== undefined);
  return html`<section id="neighbours"><h2>Nearest neighbours</h2>
<p class="note">Left, an image${isLabelled && " of the test set"}; right, the training images that the encoder finds most like it, the most alike first${isLabelled && ": green the same class, red with a cross another"}.</p>
<div class="grid">${figures}</div></section>`;
}

function described({ neighbourCounts: { queries, shown } }: RunPictures): string {
  return `${queries} images, each in a row with the ${Math.round(shown / Math.max(1, queries))} images most like it`;
}

function agreement({ neighbourCounts: { shown, sameClass } }: RunPictures): string | undefined {
  return sameClass === undefined ? undefined : `${sameClass} of ${shown} neighbours are of the same class.`;
}
