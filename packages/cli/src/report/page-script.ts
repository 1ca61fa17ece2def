/**
 * The page's script: it enlarges the image of the map that is pointed at, dims the other classes when one is pointed at
 * in the legend, and sorts tables. It is written for browsers and put into the page as text, so it refers to nothing
 * outside of itself; without it the page says all the same.
 */
export function pageScript(): void {
  document.documentElement.classList.add("scripted");

  for (const figure of Array.from(document.querySelectorAll<HTMLElement>(".map"))) {
    const names: string[] = JSON.parse(figure.dataset.names ?? "[]");
    const area = figure.querySelector(".area") as HTMLElement;
    const card = figure.querySelector(".card") as HTMLElement;
    const [enlarged, caption] = [card.querySelector("span") as HTMLElement, card.querySelector("b") as HTMLElement];
    const tiles = Array.from(figure.querySelectorAll<HTMLElement>(".area i"));
    let pointed: HTMLElement | undefined;

    const leave = () => {
      pointed?.classList.remove("pointed");
      pointed = undefined;
      card.hidden = true;
    };
    const nearest = (x: number, y: number) => {
      let [found, least] = [undefined as HTMLElement | undefined, 26 ** 2];
      for (const tile of tiles) {
        const box = tile.getBoundingClientRect();
        const away = (box.left + box.width / 2 - x) ** 2 + (box.top + box.height / 2 - y) ** 2;
        if (away < least) [found, least] = [tile, away];
      }
      return found;
    };
    const point = ({ clientX, clientY }: PointerEvent) => {
      const tile = nearest(clientX, clientY);
      if (tile === pointed) return;
      leave();
      if (!tile) return;
      pointed = tile;
      tile.classList.add("pointed");
      enlarged.style.backgroundPosition = tile.dataset.at ?? "";
      caption.textContent = tile.dataset.class === undefined ? "" : (names[Number(tile.dataset.class)] ?? "");
      card.hidden = false;
      // Beside the image, on the side where there is room.
      const [box, frame] = [tile.getBoundingClientRect(), figure.getBoundingClientRect()];
      const right = box.right - frame.left + 14;
      const left = box.left - frame.left - 14 - card.offsetWidth;
      const top = box.top - frame.top + box.height / 2 - card.offsetHeight / 2;
      card.style.left = `${right + card.offsetWidth <= frame.width ? right : Math.max(0, left)}px`;
      card.style.top = `${Math.max(0, Math.min(top, frame.height - card.offsetHeight))}px`;
    };
    area.addEventListener("pointermove", point);
    area.addEventListener("pointerdown", point);
    area.addEventListener("pointerleave", leave);

    for (const entry of Array.from(figure.querySelectorAll<HTMLElement>(".classes li"))) {
      entry.addEventListener("pointerenter", () => {
        area.dataset.only = entry.dataset.class;
        for (const tile of tiles) tile.classList.toggle("only", tile.dataset.class === entry.dataset.class);
      });
      entry.addEventListener("pointerleave", () => delete area.dataset.only);
    }
  }

  for (const table of Array.from(document.querySelectorAll<HTMLTableElement>("table.sortable"))) {
    const headers = Array.from(table.querySelectorAll("thead th"));
    for (const [column, header] of headers.entries()) {
      header.querySelector("button")?.addEventListener("click", () => {
        const falls = header.getAttribute("aria-sort") !== "descending";
        for (const other of headers) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", falls ? "descending" : "ascending");
        const body = table.tBodies[0] as HTMLTableSectionElement;
        const rows = Array.from(body.rows).sort((a, b) => {
          const [one, two] = [a.cells[column] as HTMLElement, b.cells[column] as HTMLElement];
          const numbers = Number(one.dataset.value ?? -1) - Number(two.dataset.value ?? -1);
          return numbers || (one.textContent ?? "").localeCompare(two.textContent ?? "");
        });
        body.append(...(falls ? rows.reverse() : rows));
      });
    }
  }
}
