import { type SimclrError, simclrError } from "@simclr/core";

declare module "@simclr/core" {
  interface SimclrErrorContexts {
    SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE: { augmentation: string; dtype: string };
    SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT: { augmentation: string; channels: number };
    SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH: { augmentation: string; parameter: string };
    SIMCLR_ERROR__AUGMENTATIONS__IMAGE_SIZES_MISMATCH: { batchSize: number; imageSizes: number };
  }
}

/** The parameters handed to `apply` are not those of this augmentation, or of another batch. */
export function parameterMismatch(
  augmentation: string,
  parameter: string,
  expected: string,
  received: string,
): SimclrError<"SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH"> {
  return simclrError(
    "SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH",
    { augmentation, parameter },
    {
      expected: `${augmentation}'s "${parameter}" to be ${expected}`,
      received,
      remedy: "Pass what this augmentation's sample() returned for a batch of this size.",
    },
  );
}
