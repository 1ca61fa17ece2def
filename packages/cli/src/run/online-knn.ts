import { embed, knn } from "@simclr/evaluation";
import type { Probe } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { atMost, type ImageSource } from "./image-source.js";

/** kNN while the encoder trains: what the loss does not tell. Absent without labels. */
export function onlineKnn({ bank, test }: ImageSource, recipe: Recipe): readonly Probe[] {
  if (!test?.classNames) return [];
  const { everyEpochs, probeExampleCount, neighbours, neighbourTemperature } = recipe.evaluation;
  const [known, asked] = [atMost(bank, probeExampleCount), atMost(test, probeExampleCount)];
  const options = {
    k: Math.min(neighbours, known.length),
    temperature: neighbourTemperature,
    classCount: test.classNames.length,
  };
  return [
    {
      name: "knn",
      everyEpochs,
      run: async ({ encode }) => {
        const { top1 } = await knn(await embed(encode, known), await embed(encode, asked), options);
        return { top1 };
      },
    },
  ];
}
