import * as tf from "@tensorflow/tfjs-core";
import { bool, int, text } from "./attributes.js";
import { executeInt64 } from "./int64.js";
import { registerKernel } from "./kernel.js";

interface NGramsAttributes {
  readonly separator: string;
  readonly nGramWidths: readonly number[];
  readonly leftPad: string;
  readonly rightPad: string;
  readonly padWidth: number;
  readonly preserveShortSequences: boolean;
}

/** tf.string, which tfjs-node lacks. */
export function registerStrings(): void {
  registerKernel<"data" | "dataSplits", NGramsAttributes>(
    tf.StringNGrams,
    ({ data, dataSplits }, attributes, backend) =>
      backend.executeMultipleOutputs(
        "StringNGrams",
        [
          text("separator", attributes.separator),
          int("ngram_widths", attributes.nGramWidths),
          text("left_pad", attributes.leftPad),
          text("right_pad", attributes.rightPad),
          int("pad_width", attributes.padWidth),
          bool("preserve_short_sequences", attributes.preserveShortSequences),
        ],
        [data, dataSplits],
        2,
      ),
  );
  registerKernel<"input" | "delimiter", { skipEmpty: boolean }>(
    tf.StringSplit,
    ({ input, delimiter }, { skipEmpty }, backend) =>
      executeInt64(backend, "StringSplit", [bool("skip_empty", skipEmpty)], [input, delimiter], 3),
  );
  registerKernel<"input", { numBuckets: number }>(
    tf.StringToHashBucketFast,
    ({ input }, { numBuckets }, backend) =>
      executeInt64(backend, "StringToHashBucketFast", [int("num_buckets", numBuckets)], [input], 1)[0] as tf.Tensor,
  );
}
