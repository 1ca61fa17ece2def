import { type Augmentation, type SampledParameters, selectParameters } from "@simclr/augmentations";
import { foldIn, permutation, type RandomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";

/**
 * A dataset's images, each changed by one of several augmentations, which becomes its label. As many images get one as
 * another, to within one; which, and how they are changed, the key decides: an image is the same in any batch. Pixels
 * are rounded to bytes again.
 *
 * @param classes by name, in the order of the labels; images keep their size
 */
export function transformedDataset(
  dataset: Dataset,
  classes: Readonly<Record<string, Augmentation>>,
  key: RandomKey,
): Dataset {
  const { length, imageShape } = dataset;
  const [height, width, channels] = imageShape;
  const augmentations = Object.values(classes);
  const labels = Int32Array.from(permutation(foldIn(key, "classes"), length), (place) => place % augmentations.length);
  const parameters = augmentations.map((augmentation, label) =>
    length === 0 ? {} : augmentation.sample(foldIn(key, label), { batchSize: length, imageSize: [height, width] }),
  );
  return {
    length,
    imageShape,
    classNames: Object.keys(classes),
    labels,
    async read(indices) {
      const batch = await dataset.read(indices);
      const size = height * width * channels;
      const images = new Uint8Array(batch.images.length);
      for (const [label, augmentation] of augmentations.entries()) {
        const rows = indices.flatMap((index, row) => (labels[index] === label ? [row] : []));
        if (rows.length === 0) continue;
        const chosen = selectParameters(
          parameters[label] as SampledParameters,
          rows.map((row) => indices[row] as number),
        );
        const bytes = new Uint8Array(rows.length * size);
        rows.forEach((row, i) => {
          bytes.set(batch.images.subarray(row * size, (row + 1) * size), i * size);
        });
        const changed = tf.tidy(() => {
          const pixels = tf.div<tf.Tensor4D>(
            tf.tensor4d(bytes, [rows.length, height, width, channels], "float32"),
            255,
          );
          return tf.cast(tf.floor(tf.add(tf.mul(augmentation.apply(pixels, chosen), 255), 0.5)), "int32");
        });
        const values = await changed.data();
        changed.dispose();
        rows.forEach((row, i) => {
          images.set(values.subarray(i * size, (i + 1) * size), row * size);
        });
      }
      return { ...batch, images, labels: Int32Array.from(indices, (index) => labels[index] as number) };
    },
  };
}
