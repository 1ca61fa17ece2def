/**
 * Images that can be read by index. Anyone can implement it; `datasetContract` of `@simclr/data/contract` tests an
 * implementation.
 *
 * The same index gives the same bytes, always, alone or within any batch. No dataset is empty.
 */
export interface Dataset {
  readonly length: number;
  /** The shape of every image of a batch: `[height, width, channels]`. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** `classNames[label]` is what a label means. */
  readonly classNames?: readonly string[];
  /** `[length]`, known without decoding an image. */
  readonly labels?: Int32Array;
  /**
   * Reads images; an index may come more than once.
   *
   * @param memory may become the batch's `images`, where it has their length; a dataset may do without. Large buffers
   *   that come and go make the garbage collector look through the whole heap every other batch.
   * @throws SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE
   */
  read(indices: readonly number[], memory?: Uint8Array): Promise<ImageBatch>;
}

/** Images on the host, ready for `tf.tensor4d(batch.images, batch.shape, "int32")`. */
export interface ImageBatch {
  /** sRGB (or gray) values from 0 to 255 in the order of `shape`. */
  readonly images: Uint8Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** `[count]`; there when the dataset has labels. */
  readonly labels?: Int32Array;
  /** The valid region of every image, from its top left; the rest is padding. Absent: every image is valid as a whole. */
  readonly imageSizes?: readonly (readonly [height: number, width: number])[];
  /** `[count]`: which images these are. An index differs from the one asked for where that image could not be decoded. */
  readonly indices: Int32Array;
}
