import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";
import { augmentations } from "./augmentations.js";
import { batchSize } from "./batch-size.js";
import { colorStrength } from "./color-strength.js";
import type { Experiment } from "./experiment.js";
import { headInformation } from "./head-information.js";
import { labelFraction } from "./label-fraction.js";
import { learningRateScaling } from "./learning-rate-scaling.js";
import { losses } from "./losses.js";
import { modelSize } from "./model-size.js";
import { projectionHead } from "./projection-head.js";
import { supervisedEpochs } from "./supervised-epochs.js";
import { temperature } from "./temperature.js";

/** The paper's experiments, in its order. */
export const experiments: readonly Experiment[] = [
  augmentations,
  colorStrength,
  modelSize,
  projectionHead,
  headInformation,
  losses,
  temperature,
  batchSize,
  labelFraction,
  learningRateScaling,
  supervisedEpochs,
];

/**
 * An experiment by its name.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_EXPERIMENT
 */
export function experimentNamed(name: string): Experiment {
  const found = experiments.find((experiment) => experiment.name === name);
  if (found) return found;
  const known = experiments.map((experiment) => experiment.name);
  const meant = nearest(name, known);
  throw simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_EXPERIMENT",
    { name, known, ...(meant && { nearest: meant }) },
    {
      expected: `an experiment, of ${known.join(", ")}`,
      received: `"${name}"`,
      remedy: meant ? `Did you mean "${meant}"?` : "`simclr experiment --help` says what each of them compares.",
    },
  );
}
