import { simclrError } from "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__EVALUATION__FEATURES_INVALID: { what: string; count: number; size: number; values: number };
    SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE: { what: string; row: number };
    SIMCLR_ERROR__EVALUATION__FEATURE_SIZE_MISMATCH: { train: number; test: number };
    SIMCLR_ERROR__EVALUATION__LABELS_MISSING: { what: string };
    SIMCLR_ERROR__EVALUATION__LABEL_OUT_OF_RANGE: { what: string; row: number; label: number; classCount: number };
    SIMCLR_ERROR__EVALUATION__ONE_CLASS: { classCount: number };
    SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS: { k: number; bank: number };
    SIMCLR_ERROR__EVALUATION__EMPTY_CLASS: { what: string; label: number };
    SIMCLR_ERROR__EVALUATION__TOO_FEW_IMAGES: { what: string; count: number };
    SIMCLR_ERROR__EVALUATION__VALIDATION_MISSING: { protocol: string };
    SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT: { shape: number[]; batchSize: number };
    /** A backbone that cannot be frozen up to a block group. */
    SIMCLR_ERROR__EVALUATION__BLOCK_MISSING: { block: string; known: string[]; moved: string[] };
    SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING: { layer: number; layers: number };
    /** Parameters that were to learn, and that the loss does not depend on. */
    SIMCLR_ERROR__EVALUATION__NO_GRADIENT: { paths: string[] };
    /** The loss, or a class score, is NaN or infinite. */
    SIMCLR_ERROR__EVALUATION__DIVERGED: { step: number; loss: number };
    /** A parameter or batch statistic that had to stay as it was. */
    SIMCLR_ERROR__EVALUATION__SUBJECT_CHANGED: { path: string };
  }
}

/** More neighbours asked for than there are. */
export function tooFewNeighbours(k: number, bank: number) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS",
    { k, bank },
    {
      expected: `a bank of at least k = ${k} rows`,
      received: `${bank}`,
      remedy: `Pass a smaller k, at most ${bank}, or a larger bank.`,
    },
  );
}

export function blockMissing(block: string, known: string[], moved: string[]) {
  const all = known.length === 0 ? "no parameters" : `parameters such as ${known.slice(0, 3).join(", ")}`;
  const statistics = `batch statistics that move all the same, ${moved.slice(0, 3).join(", ")}`;
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__BLOCK_MISSING",
    { block, known, moved },
    {
      expected: `a backbone with an output "${block}", variables below "${block}/", and frozenThrough in its apply`,
      received: moved.length > 0 ? statistics : all,
      remedy: "Freeze all of it (fineTuneAfterBlock: 4) or nothing (-1), or implement ApplyOptions.frozenThrough.",
    },
  );
}

/** A class of which a part of the data has no image. */
export function emptyClass(what: string, label: number, name = `${label}`) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__EMPTY_CLASS",
    { what, label },
    {
      expected: `at least one ${what} image of class ${name}`,
      received: "none",
      remedy: "Remove the class's empty folder, or split the data with { stratified: true }.",
    },
  );
}

/** A part of the data that is too small to say anything. */
export function tooFewImages(what: string, count: number) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__TOO_FEW_IMAGES",
    { what, count },
    {
      expected: `at least 2 ${what} images`,
      received: `${count}`,
      remedy: "Point to a folder with more images, or give this part a larger share of the split.",
    },
  );
}

/** A protocol that chooses its settings has nothing to choose them on. */
export function validationMissing(protocol: string) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__VALIDATION_MISSING",
    { protocol },
    {
      expected: `validation images, on which ${protocol} chooses its settings`,
      received: "none",
      remedy: "Split the train images with splitDataset(train, { fraction: 0.9, key, stratified: true }).",
    },
  );
}

export function headLayerMissing(layer: number, layers: number) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING",
    { layer, layers },
    {
      expected: "a layer of the encoder's projection head",
      received: layers === 0 ? `layer ${layer}, and no head` : `layer ${layer}; the head has ${layers}`,
      remedy:
        "0 stands for the features before the head. A run's checkpoint holds its head, an encoder alone does not.",
    },
  );
}
