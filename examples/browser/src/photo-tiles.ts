import { pathOf } from "./dropped-files.js";
import type { SimilarPhoto } from "./similar.js";

/** Files as images of the page; the browser decodes one when it comes into sight. */
export class Pictures {
  readonly #urls: string[];

  constructor(readonly files: readonly File[]) {
    this.#urls = files.map((file) => URL.createObjectURL(file));
  }

  nameOf(index: number): string {
    return pathOf(this.files[index] as File);
  }

  urlOf(index: number): string {
    return this.#urls[index] as string;
  }

  /** A button that shows one image. */
  tile(index: number, label = this.nameOf(index)): HTMLButtonElement {
    const button = document.createElement("button");
    const image = document.createElement("img");
    Object.assign(button, { type: "button", className: "tile", title: this.nameOf(index) });
    button.dataset.index = String(index);
    button.setAttribute("aria-label", label);
    Object.assign(image, { src: this.urlOf(index), alt: "", loading: "lazy", decoding: "async" });
    button.append(image);
    return button;
  }

  release(): void {
    for (const url of this.#urls) URL.revokeObjectURL(url);
  }
}

/** Every image as a tile. Tab enters the grid once; the arrow keys move within it. */
export function showPhotos(list: HTMLElement, pictures: Pictures, onChoose: (index: number) => void): void {
  const tiles = pictures.files.map((_, index) => pictures.tile(index));
  for (const [index, tile] of tiles.entries()) {
    tile.tabIndex = index === 0 ? 0 : -1;
    tile.addEventListener("click", () => onChoose(index));
  }
  list.replaceChildren(...tiles.map(inItem));
  list.onkeydown = (event) => {
    const at = tiles.indexOf(document.activeElement as HTMLButtonElement);
    const to = at < 0 ? undefined : moved(event.key, at, columnsOf(tiles));
    if (to === undefined) return;
    event.preventDefault();
    focusTile(list, Math.max(0, Math.min(tiles.length - 1, to)));
  };
}

/** Makes one tile the grid's place for the keyboard, and goes there. */
export function focusTile(list: HTMLElement, index: number): void {
  const tiles = list.querySelectorAll<HTMLButtonElement>(".tile");
  for (const tile of tiles) tile.tabIndex = -1;
  const tile = tiles[index] as HTMLButtonElement;
  tile.tabIndex = 0;
  tile.focus();
}

/** Marks the photo that the neighbours are those of. */
export function markChosen(list: HTMLElement, index: number): void {
  for (const tile of list.querySelectorAll<HTMLElement>(".tile")) {
    tile.setAttribute("aria-pressed", String(tile.dataset.index === String(index)));
  }
}

/** The neighbours of a photo in their order, each with its similarity. */
export function showNeighbours(
  list: HTMLElement,
  pictures: Pictures,
  similar: readonly SimilarPhoto[],
  onChoose: (index: number) => void,
): void {
  const items = similar.map(({ index, similarity }) => {
    const shown = similarity.toFixed(3);
    const tile = pictures.tile(index, `${pictures.nameOf(index)}, similarity ${shown}`);
    tile.dataset.similarity = String(similarity);
    tile.addEventListener("click", () => onChoose(index));
    const number = document.createElement("span");
    number.textContent = shown;
    number.style.setProperty("--share", String(Math.max(0, similarity)));
    const item = inItem(tile);
    item.append(number);
    return item;
  });
  list.replaceChildren(...items);
}

function inItem(tile: HTMLElement): HTMLLIElement {
  const item = document.createElement("li");
  item.append(tile);
  return item;
}

function moved(key: string, at: number, columns: number): number | undefined {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  if (key === "Home") return 0;
  if (key === "End") return Number.MAX_SAFE_INTEGER;
  const step = steps[key];
  return step === undefined ? undefined : at + step;
}

/** How many tiles are beside each other in the first row. */
function columnsOf(tiles: readonly HTMLElement[]): number {
  const top = tiles[0]?.offsetTop;
  const next = tiles.findIndex((tile) => tile.offsetTop !== top);
  return next < 0 ? tiles.length : next;
}
