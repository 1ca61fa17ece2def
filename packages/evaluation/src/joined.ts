import type { Dataset, ImageBatch } from "@simclr/data";

/** Two datasets of one image shape and the same labels, one after the other. */
export function joined(first: Dataset, second: Dataset): Dataset {
  const { imageShape, classNames } = first;
  const labels = first.labels && second.labels && Int32Array.from([...first.labels, ...second.labels]);
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  return {
    length: first.length + second.length,
    imageShape,
    ...(classNames && { classNames }),
    ...(labels && { labels }),
    async read(indices) {
      const own = (which: number) =>
        indices.flatMap((index, place) => ((index < first.length ? 0 : 1) === which ? [place] : []));
      const images = new Uint8Array(indices.length * size);
      const read = { labels: new Int32Array(indices.length), indices: new Int32Array(indices.length) };
      const imageSizes = indices.map(() => [imageShape[0], imageShape[1]] as readonly [number, number]);
      const parts = [first, second].map(async (part, which) => {
        const places = own(which);
        if (places.length === 0) return;
        const offset = which * first.length;
        const batch = await part.read(places.map((place) => (indices[place] as number) - offset));
        places.forEach((place, row) => {
          images.set(batch.images.subarray(row * size, (row + 1) * size), place * size);
          read.indices[place] = (batch.indices[row] as number) + offset;
          if (batch.labels) read.labels[place] = batch.labels[row] as number;
          if (batch.imageSizes) imageSizes[place] = batch.imageSizes[row] as readonly [number, number];
        });
      });
      await Promise.all(parts);
      return {
        images,
        shape: [indices.length, ...imageShape],
        imageSizes,
        indices: read.indices,
        ...(labels && { labels: read.labels }),
      } satisfies ImageBatch;
    },
  };
}
