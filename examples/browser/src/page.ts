const element = <Name extends HTMLElement>(id: string) => document.getElementById(id) as Name;

/** The parts of index.html that change. */
export const page = {
  encoder: element<HTMLSelectElement>("encoder"),
  backend: element<HTMLSelectElement>("backend"),
  drop: element("drop"),
  chooseFolder: element("choose-folder"),
  chooseFiles: element("choose-files"),
  samples: element("samples"),
  folder: element<HTMLInputElement>("folder"),
  files: element<HTMLInputElement>("files"),
  size: element<HTMLFormElement>("size"),
  sizeInput: document.querySelector("#size input") as HTMLInputElement,
  error: element("error"),
  status: element("status"),
  progress: element<HTMLProgressElement>("progress"),
  skipped: element<HTMLDetailsElement>("skipped"),
  main: document.querySelector("main") as HTMLElement,
  photos: element("photos"),
  photosTitle: element("photos-title"),
  hint: element("hint"),
  chosen: element<HTMLImageElement>("chosen"),
  neighbours: element("neighbours"),
};

/** What the page does now, with how much of it is done; without a share nothing is under way. */
export function showStatus(text: string, share?: number): void {
  page.status.textContent = text;
  page.progress.hidden = share === undefined;
  if (share !== undefined) page.progress.value = share;
}

export function showError(text: string | undefined): void {
  page.error.textContent = text ?? "";
  page.error.hidden = text === undefined;
}

/** The files that were left out, by name. */
export function showSkipped(paths: readonly string[]): void {
  page.skipped.hidden = paths.length === 0;
  const [summary, list] = page.skipped.children as unknown as [HTMLElement, HTMLElement];
  summary.textContent = `${paths.length === 1 ? "One file" : `${paths.length} files`} left out: this browser cannot show ${paths.length === 1 ? "it" : "them"}. Save as JPEG or PNG to have ${paths.length === 1 ? "it" : "them"} here.`;
  list.replaceChildren(
    ...paths.map((path) => {
      const item = document.createElement("li");
      item.textContent = path;
      return item;
    }),
  );
}

/** Fills a select with titles, whose values are their places. */
export function fillSelect(select: HTMLSelectElement, titles: readonly string[], chosen: number): void {
  select.replaceChildren(...titles.map((title, i) => new Option(title, String(i), i === chosen, i === chosen)));
}
