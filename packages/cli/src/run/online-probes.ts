import { dense } from "@simclr/core";
import { embed, type Features, knn, topKAccuracy } from "@simclr/evaluation";
import type { Probe, ProbeContext } from "@simclr/training";
import type * as tf from "@tensorflow/tfjs-core";
import { tensor2d, tidy } from "@tensorflow/tfjs-core";
import type { Recipe } from "../recipe/recipe-schema.js";
import { atMost, type ImageSource } from "./image-source.js";

/**
 * What the loss does not tell, measured on held-out images while the encoder trains: kNN and, where the recipe trains one, the
 * linear probe. Absent without labels.
 */
export function onlineProbes({ bank, test }: ImageSource, recipe: Recipe): readonly Probe[] {
  if (!test?.classNames) return [];
  const { everyEpochs, probeExampleCount, neighbours, neighbourTemperature } = recipe.evaluation;
  const [known, asked] = [atMost(bank, probeExampleCount), atMost(test, probeExampleCount)];
  const classCount = test.classNames.length;
  const options = { k: Math.min(neighbours, known.length), temperature: neighbourTemperature, classCount };
  const tested = onceAStep(({ encode }) => embed(encode, asked));
  const byNeighbours: Probe = {
    name: "knn",
    everyEpochs,
    run: async (context) => {
      const { top1 } = await knn(await embed(context.encode, known), await tested(context), options);
      return { top1 };
    },
  };
  const byLine: Probe = {
    name: "linearProbe",
    everyEpochs,
    run: async (context) => {
      const features = await tested(context);
      const [scores, labels] = [await probeScores(context, features), features.labels as Int32Array];
      const accuracy = (k: number) => topKAccuracy(scores, labels, classCount, k);
      return { top1: accuracy(1), top5: accuracy(5) };
    },
  };
  return recipe.evaluation.linearProbe ? [byNeighbours, byLine] : [byNeighbours];
}

/** What several probes of a step want, made for the first of them. */
function onceAStep<T>(make: (context: ProbeContext) => Promise<T>): (context: ProbeContext) => Promise<T> {
  let last: { step: number; made: Promise<T> } | undefined;
  return (context) => {
    if (last?.step !== context.step) last = { step: context.step, made: make(context) };
    return last.made;
  };
}

/** The linear probe's logits, `[count, classCount]`. */
async function probeScores({ params }: ProbeContext, { values, count, size }: Features): Promise<Float32Array> {
  const [kernel, bias] = ["kernel", "bias"].map((name) => params[`supervisedHead/${name}`]);
  const scores = tidy(() => dense(tensor2d(values, [count, size]), kernel as tf.Tensor2D, bias as tf.Tensor1D));
  try {
    return (await scores.data()) as Float32Array;
  } finally {
    scores.dispose();
  }
}
