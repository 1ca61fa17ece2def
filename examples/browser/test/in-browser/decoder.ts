import { browserDecoder } from "@simclr/data/browser";

/** An image file's pixels, by the browser's decoder. */
export async function decoded(
  file: readonly number[],
  imageShape: readonly [number, number, 1 | 3],
): Promise<number[]> {
  const settings = { imageShape, fit: "cover", background: [255, 255, 255] } as const;
  return browserDecoder().decode(Uint8Array.from(file), settings, ({ pixels }) => [...pixels]);
}
