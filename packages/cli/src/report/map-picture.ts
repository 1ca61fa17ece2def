import sharp from "sharp";
import { classColor } from "./class-color.js";
import type { EmbeddingMap } from "./run-pictures.js";
import type { Tiles } from "./tiles.js";

const pictureWidth = 1600;
const margin = 40;
/** Of a tile with its frame, as a share of the picture's width. */
const tileShare = 0.028;
const frame = 3;
const unlabelled = "#9a9aa5";

/** Where the points lie within the picture: its margin, as a share of its width and of its height. */
export function mapMargins(aspect: number): { readonly x: number; readonly y: number } {
  return { x: margin / pictureWidth, y: margin / heightOf(aspect) };
}

/** A map's images at their places, framed in their classes' colours, as WebP without a background. */
export async function mapPicture(
  { points, aspect, labels, classNames }: Pick<EmbeddingMap, "points" | "aspect" | "labels" | "classNames">,
  tiles: Tiles,
): Promise<Buffer> {
  const height = heightOf(aspect);
  const canvas = Buffer.alloc(4 * pictureWidth * height);
  const fill = (left: number, top: number, width: number, rows: number, color: (x: number, y: number) => number) => {
    for (let y = Math.max(0, top); y < Math.min(height, top + rows); y++) {
      for (let x = Math.max(0, left); x < Math.min(pictureWidth, left + width); x++) {
        canvas.writeUInt32BE(color(x - left, y - top), 4 * (y * pictureWidth + x));
      }
    }
  };
  const inner = innerSize(tiles);
  const raw = { width: tiles.width, height: tiles.height, channels: 3 } as const;
  for (const [i, [x, y]] of points.entries()) {
    const image = await sharp(tiles.pixels[i], { raw }).resize(inner.width, inner.height, { kernel: "cubic" }).raw().toBuffer(); // biome-ignore format: one line
    const left = Math.round(margin + x * (pictureWidth - 2 * margin) - inner.width / 2);
    const top = Math.round(margin + y * (height - 2 * margin) - inner.height / 2);
    const color = labels && classNames ? classColor(labels[i] as number, classNames.length) : unlabelled;
    const opaque = (Number.parseInt(color.slice(1), 16) * 256 + 255) >>> 0;
    fill(left - frame, top - frame, inner.width + 2 * frame, inner.height + 2 * frame, () => opaque);
    fill(left, top, inner.width, inner.height, (column, row) => {
      const at = 3 * (row * inner.width + column);
      return (image.readUIntBE(at, 3) * 256 + 255) >>> 0;
    });
  }
  return sharp(canvas, { raw: { width: pictureWidth, height, channels: 4 } })
    .webp({ quality: 80, alphaQuality: 90 })
    .toBuffer();
}

function heightOf(aspect: number): number {
  return Math.round((pictureWidth - 2 * margin) / aspect) + 2 * margin;
}

function innerSize({ width, height }: Tiles) {
  const scale = (tileShare * pictureWidth - 2 * frame) / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
