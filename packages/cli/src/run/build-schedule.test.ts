import { expectClose } from "@simclr/core/testing";
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { RecipeInput } from "../recipe/recipe-schema.js";
import { buildSchedule } from "./build-schedule.js";

beforeAll(() => useTensorFlow({ device: "cpu" }));

type Changes = Partial<RecipeInput["optimizer"]>;

/** 10 epochs of 4 steps, which the reference rounds to 41; a warm-up of 8; the peak is 0.3 * 512 / 256. */
function ratesOf(changes: Changes, steps: readonly number[]): number[] {
  const optimizer = { learningRate: 0.3, warmupEpochs: 2, ...changes };
  const recipe = defineRecipe({ description: "Small.", imageSize: 8, epochs: 10, batchSize: 512, optimizer });
  const schedule = buildSchedule(recipe, { batchSize: 512, exampleCount: 2048 });
  return tf.tidy(() => steps.map((step) => schedule(tf.scalar(step)).dataSync()[0] as number));
}

const half = (from: number, to: number, share: number) => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

// At steps 0 and 4, of the warm-up, and 8, 20 and 40, after it.
const cases: [Changes, number[]][] = [
  [{}, [0, 0.3, 0.6, half(0.6, 0, 12 / 33), half(0.6, 0, 32 / 33)]],
  [
    { warmupLearningRate: 0.1, finalLearningRate: 0.05 },
    [0.2, 0.4, 0.6, half(0.6, 0.1, 12 / 33), half(0.6, 0.1, 32 / 33)],
  ],
  [{ schedule: "linear" }, [0, 0.3, 0.6, 0.6 * (1 - 12 / 33), 0.6 * (1 - 32 / 33)]],
  [{ schedule: "constant", learningRateScaling: "none" }, [0, 0.15, 0.3, 0.3, 0.3]],
  [{ schedule: "step", decayEpochs: [4, 10] }, [0, 0.3, 0.6, 0.06, 0.006]],
  [{ schedule: "step", decayEpochs: [4], decayFactor: 0.5, warmupEpochs: 0 }, [0.6, 0.6, 0.6, 0.3, 0.3]],
  [{ schedule: "linear", warmupEpochs: 0 }, [0, 4, 8, 20, 40].map((step) => 0.6 * (1 - step / 41))],
];

test.each(cases)("the learning rates of %j, written out", (changes, expected) => {
  expectClose(ratesOf(changes, [0, 4, 8, 20, 40]), expected, { absolute: 1e-7 });
});

test("a factor counts from its epoch's first step on", () => {
  const [before, after] = ratesOf({ schedule: "step", decayEpochs: [4] }, [15, 16]);
  expectClose([before as number, after as number], [0.6, 0.06], { absolute: 1e-7 });
});

test.each<[Changes, RegExp]>([
  [{ schedule: "step" }, /optimizer\.decayEpochs to be a list of epochs/],
  [{ schedule: "step", decayEpochs: [2] }, /optimizer\.decayEpochs to be epochs after the warm-up, which is 2/],
])("%j is refused", (changes, message) => expect(() => ratesOf(changes, [0])).toThrow(message));
