import type { Model } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import { simclrError } from "./errors.js";

/** A model's named activation, or an error that says which names there are. */
export function modelOutput(model: Model, outputs: Readonly<Record<string, tf.Tensor>>, output: string): tf.Tensor {
  const found = outputs[output];
  if (found) return found;
  const known = Object.keys(outputs);
  throw simclrError(
    "SIMCLR_ERROR__TRAINING__OUTPUT_MISSING",
    { model: model.spec.kind, output, known },
    {
      expected: `"${output}" among the outputs of the model "${model.spec.kind}"`,
      received: known.join(", ") || "no outputs",
      remedy: "A backbone's last activation is named features, a head's projection.",
    },
  );
}
