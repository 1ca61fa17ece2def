import { invalidShard } from "./errors.js";

/** Which columns of a table are read: options of `parquet` and `arrow`. */
export interface TableOptions {
  /** Default: the column that Hugging Face's description of the table calls an image, else `image`, else `img`. */
  readonly imageColumn?: string;
  /** Default: the first that Hugging Face's description calls a class label, else `label`; none where there is neither. */
  readonly labelColumn?: string;
  /** Default: those of Hugging Face's description. */
  readonly classNames?: readonly string[];
}

export interface TableColumns {
  readonly imageColumn: string;
  readonly labelColumn: string | undefined;
  /** What Hugging Face's description says that labels mean. */
  readonly names: readonly string[] | undefined;
}

/**
 * Chooses a table's columns of images and labels.
 *
 * @param columns all that there are
 * @param description of the table, JSON, where Hugging Face's libraries put one: `huggingface` in the schema's metadata
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD
 */
export function tableColumns(
  path: string,
  columns: readonly string[],
  description: string | undefined,
  options: TableOptions,
): TableColumns {
  const features = huggingFaceFeatures(description);
  const ofType = (type: string) => Object.keys(features).find((name) => features[name]?._type === type);
  const known = (name: string | undefined) => (name !== undefined && columns.includes(name) ? name : undefined);
  const imageColumn = options.imageColumn ?? known(ofType("Image")) ?? known("image") ?? known("img") ?? "image";
  const labelColumn = options.labelColumn ?? known(ofType("ClassLabel")) ?? known("label");
  for (const name of [imageColumn, labelColumn]) {
    if (name === undefined || columns.includes(name)) continue;
    throw invalidShard(path, `a column "${name}"`, columns.join(", "));
  }
  return { imageColumn, labelColumn, names: labelColumn === undefined ? undefined : features[labelColumn]?.names };
}

/** A label as a number; none where it is null, or -1, which Hugging Face has where a label is kept secret. */
export function tableLabel(value: unknown): number | undefined {
  return value === undefined || value === null || Number(value) === -1 ? undefined : Number(value);
}

type Features = Readonly<Record<string, { readonly _type?: string; readonly names?: readonly string[] } | undefined>>;

function huggingFaceFeatures(description: string | undefined): Features {
  try {
    return (JSON.parse(description ?? "{}") as { info?: { features?: Features } }).info?.features ?? {};
  } catch {
    // It is a description that other programs may have mangled; the columns' names still tell.
    return {};
  }
}
