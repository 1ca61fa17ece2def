import type { Dataset } from "@simclr/data";
import sharp, { type OverlayOptions } from "sharp";

export interface NeighbourRow {
  /** Index into the queries' dataset. */
  readonly query: number;
  /** Indices into the bank's dataset, the nearest first. */
  readonly neighbours: readonly number[];
}

const gap = 6;
const margin = 16;
const frame = 3;
const sameClass = "#2e9e4f";
const otherClass = "#d64545";
const crossSize = 18;
const cross = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${crossSize}" height="${crossSize}"><rect width="18" height="18" fill="${otherClass}"/><path d="M5 5l8 8M13 5l-8 8" stroke="white" stroke-width="2.2" stroke-linecap="round"/></svg>`,
);

/**
 * Images, each in a row with those that the encoder finds most like it, as PNG without a background. Where there are
 * labels, a neighbour of the query's class is framed in green; another in red, with a cross in its corner for whoever
 * sees both alike.
 */
export async function neighbourPicture(
  rows: readonly NeighbourRow[],
  queries: Dataset,
  bank: Dataset,
): Promise<Buffer> {
  const [height, width] = queries.imageShape;
  const scale = Math.max(1, Math.round(72 / Math.max(height, width)));
  const cell = { width: width * scale + 2 * frame, height: height * scale + 2 * frame };
  const columns = Math.max(...rows.map(({ neighbours }) => neighbours.length));
  const left = (column: number) => margin + column * (cell.width + gap) + (column > 0 ? 3 * gap : 0);

  const pictures: OverlayOptions[] = [];
  for (const [r, { query, neighbours }] of rows.entries()) {
    const top = margin + r * (cell.height + gap);
    const label = queries.labels?.[query];
    const frameOf = (neighbour: number) => {
      if (label === undefined || !bank.labels) return "#9a9aa5";
      return bank.labels[neighbour] === label ? sameClass : otherClass;
    };
    const place = async (
      dataset: Dataset,
      indices: readonly number[],
      firstColumn: number,
      color: (index: number) => string,
    ) => {
      const images = await enlarged(dataset, indices, scale);
      for (const [i, input] of images.entries()) {
        const x = left(firstColumn + i);
        const background = color(indices[i] as number);
        pictures.push({ input: { create: { ...cell, channels: 3, background } }, left: x, top });
        pictures.push({ input, left: x + frame, top: top + frame });
        if (background === otherClass) {
          pictures.push({ input: cross, left: x + cell.width - crossSize, top });
        }
      }
    };
    await place(queries, [query], 0, () => "#6b6b78");
    await place(bank, neighbours, 1, frameOf);
  }
  const size = {
    width: left(columns) + cell.width + margin,
    height: 2 * margin + rows.length * (cell.height + gap) - gap,
  };
  const canvas = sharp({ create: { ...size, channels: 4, background: "transparent" } });
  return canvas.composite(pictures).png({ palette: false }).toBuffer();
}

async function enlarged(dataset: Dataset, indices: readonly number[], scale: number): Promise<Buffer[]> {
  // Not a subset: where one is corrupt, another stands in for it, as when they were embedded.
  const { images, shape } = await dataset.read(indices);
  const [, height, width, channels] = shape;
  const size = height * width * channels;
  return Promise.all(
    indices.map((_, i) =>
      sharp(images.subarray(i * size, (i + 1) * size), { raw: { width, height, channels: channels as 1 | 3 } })
        // Pixels stay pixels: whoever looks sees what the encoder saw.
        .resize(width * scale, height * scale, { kernel: "nearest" })
        .png()
        .toBuffer(),
    ),
  );
}
