import {
  type Augmentation,
  adjustGamma,
  autoAugment,
  autoContrast,
  centerCrop,
  colorJitter,
  cutout,
  equalize,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  horizontalFlip,
  invert,
  motionBlur,
  posterize,
  randAugment,
  randomAffine,
  randomApply,
  randomErasing,
  randomPerspective,
  randomResizedCrop,
  randomShear,
  rotate,
  sharpness,
  sobel,
  solarize,
  torchvisionCropSampler,
  trivialAugment,
  type View,
  verticalFlip,
} from "@simclr/augmentations";
import { foldIn, randomKey, uniform } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { defineRecipe } from "../recipe/define-recipe.js";
import type { RecipeInput } from "../recipe/recipe-schema.js";
import { buildViews } from "./build-views.js";

beforeAll(() => useTensorFlow({ device: "cpu" }));

const imageSize = 12;
const context = { batchSize: 3, imageSize: [20, 16], imageSizes: [[20, 16], [11, 16], [20, 9]], sharedKey: randomKey(77) } as const; // biome-ignore format: one line

function viewsOf(view: RecipeInput["view"]): readonly [View, View] {
  const optimizer = { learningRate: 0.1 };
  return buildViews(defineRecipe({ description: "Small.", imageSize, epochs: 10, batchSize: 4, optimizer, view }));
}

/** Parameters drawn one after another, each by the key of its place and in the size that it finds. */
function drawn(chain: readonly Augmentation[], key = randomKey(5)): unknown[] {
  const resizes = chain.findIndex(({ outputSize }) => outputSize);
  const after = { batchSize: 3, imageSize: [imageSize, imageSize] } as const;
  return chain.map((augmentation, i) => augmentation.sample(foldIn(key, i), i <= resizes ? context : after));
}

/** The view's parameters and pixels against those of augmentations that are applied by hand. */
function expectSame(actual: View, chain: readonly Augmentation[], parameters = drawn(chain)): void {
  const sampled = actual.sample(randomKey(5), context);
  expect(sampled).toEqual(parameters);
  expectNoLeak(() =>
    tf.tidy(() => {
      const images = tf.tensor4d(Float32Array.from(uniform(randomKey(1), 3 * 20 * 16 * 3)), [3, 20, 16, 3]);
      const expected = chain.reduce((seen, each, i) => each.apply(seen, parameters[i] as never), images);
      expectClose(actual.apply(images, sampled), expected, { absolute: 1e-6 });
      expect(expected.shape).toEqual([3, imageSize, imageSize, 3]);
      return undefined;
    }),
  );
}

const crop = randomResizedCrop({ imageSize }) as Augmentation;
const resize = centerCrop({ imageSize, proportion: 1 }) as Augmentation;
const sometimes = (augmentation: unknown, probability: number) =>
  randomApply(augmentation as Augmentation, probability) as Augmentation;
const color = [sometimes(colorJitter(), 0.8), sometimes(grayscale(), 0.2)];
const standard = [sometimes(horizontalFlip(), 0.5), ...color, sometimes(gaussianBlur(), 0.5)];
const shear = randomShear({ horizontal: 0.2, vertical: 0.1 }) as Augmentation;

const cases: [RecipeInput["view"], Augmentation[]][] = [
  [{}, [crop, ...standard]],
  [{ horizontalShear: 0.2, verticalShear: 0.1 }, [shear, crop, ...standard]],
  [{ flipProbability: 0, colorStrength: 0, blurProbability: 0 }, [crop, sometimes(grayscale(), 0.2)]],
  [{ transformations: ["crop", "autoAugment"] }, [crop, autoAugment() as Augmentation]],
  [{ transformations: ["flip", "color", "blur"] }, [resize, ...standard]],
  [{ transformations: ["cutout", "crop"], cutoutProbability: 0.5 }, [resize, sometimes(cutout(), 0.5), crop]],
  [
    { transformations: ["crop", "sobel", "noise", "rotate"], sobelProbability: 0.3, noiseProbability: 0.6 },
    [crop, sometimes(sobel(), 0.3), sometimes(gaussianNoise(), 0.6), sometimes(rotate(), 0.75)],
  ],
  [{ transformations: ["crop", "rotate"], rotateProbability: 0 }, [crop]],
  [
    { transformations: ["crop", "verticalFlip", "rotate"], rotateProbability: 1, rotateDegrees: 20 },
    [crop, sometimes(verticalFlip(), 0.5), sometimes(rotate({ angleRange: [-20, 20] }), 1)],
  ],
  [
    // lightly's command line, as far as it differs from the paper.
    {
      transformations: ["crop", "color", "blur"],
      minimumCropArea: 0.15,
      maximumCropArea: 0.9,
      cropSampler: "torchvision",
      brightness: 0.7,
      contrast: 0.6,
      saturation: 0.5,
      hue: 0.1,
      colorVariant: "torchvision",
      minimumBlurSigma: 0.2,
      maximumBlurSigma: 1,
    },
    [
      randomResizedCrop({
        imageSize,
        sampler: torchvisionCropSampler({ areaRange: [0.15, 0.9] }),
      }) as Augmentation,
      sometimes(
        colorJitter({ brightness: 0.7, contrast: 0.6, saturation: 0.5, hue: 0.1, variant: "torchvision" }),
        0.8,
      ),
      sometimes(grayscale(), 0.2),
      sometimes(gaussianBlur({ sigmaRange: [0.2, 1] }), 0.5),
    ],
  ],
  [
    { transformations: ["crop", "randAugment", "trivialAugment"], randAugmentOperations: 1, randAugmentMagnitude: 20 },
    [crop, randAugment({ operationCount: 1, magnitude: 20 }) as Augmentation, trivialAugment() as Augmentation],
  ],
  [
    { transformations: ["crop", "autoAugment"], autoAugmentPolicy: "svhn" },
    [crop, autoAugment({ policy: "svhn" }) as Augmentation],
  ],
  [
    {
      transformations: ["crop", "affine", "perspective", "motionBlur", "erasing"],
      affineDegrees: 40,
      affineProbability: 0.9,
    },
    [
      crop,
      sometimes(randomAffine({ degrees: 40, translate: [0.1, 0.1], scale: [0.9, 1.1], shear: 5 }), 0.9),
      sometimes(randomPerspective(), 0.5),
      sometimes(motionBlur(), 0.5),
      sometimes(randomErasing(), 0.5),
    ],
  ],
  [
    { transformations: ["crop", "solarize", "posterize", "equalize", "gamma"], equalizeProbability: 0.3 },
    [
      crop,
      sometimes(solarize(), 0.2),
      sometimes(posterize(), 0.5),
      sometimes(equalize(), 0.3),
      sometimes(adjustGamma(), 0.5),
    ],
  ],
  [
    { transformations: ["crop", "autoContrast", "sharpness", "invert"], invertProbability: 0.1 },
    [crop, sometimes(autoContrast(), 0.5), sometimes(sharpness(), 0.5), sometimes(invert(), 0.1)],
  ],
];

test.each(cases)("views of %j are these augmentations, one after another", (options, chain) => {
  const [a, b] = viewsOf(options);
  expect(b).toBe(a);
  expectSame(a, chain);
});

test("the second view is blurred and solarized as often as it says, as in BYOL", () => {
  const transformations = ["crop", "flip", "color", "blur", "solarize"] as const;
  const second = { secondBlurProbability: 0.1, secondSolarizeProbability: 0.2 };
  const [a, b] = viewsOf({
    transformations: [...transformations],
    blurProbability: 1,
    solarizeProbability: 0,
    ...second,
  });
  const before = [crop, sometimes(horizontalFlip(), 0.5), ...color];
  expectSame(a, [...before, sometimes(gaussianBlur(), 1)]);
  expectSame(b, [...before, sometimes(gaussianBlur(), 0.1), sometimes(solarize(), 0.2)]);
});

test.each([
  [["color"], color],
  [
    ["crop", "color"],
    [crop, ...color],
  ],
  [
    ["color", "crop"],
    [...color, crop],
  ],
  [
    ["noise", "cutout"],
    [sometimes(gaussianNoise(), 1), sometimes(cutout(), 1)],
  ],
] as const)(
  "of one view, %j: both are the same crop, the first is transformed in this order",
  (transformations, chain) => {
    const [first, second] = viewsOf({ transformedViews: "first", transformations: [...transformations] });
    const boxes = crop.sample(foldIn(context.sharedKey, "randomResizedCrop"), context);
    const whole = [crop, ...chain];
    expectSame(first, whole, [boxes, ...drawn(whole).slice(1)]);
    expectSame(second, [crop], [boxes]);
    // Another step, another crop.
    expect(second.sample(randomKey(5), { ...context, sharedKey: randomKey(78) })).not.toEqual([boxes]);
  },
);

test("transformations in another order give other images", () => {
  const pixels = (transformations: ["crop", "cutout"] | ["cutout", "crop"]) => {
    const [first] = viewsOf({ transformedViews: "first", transformations });
    const images = tf.tensor4d(Float32Array.from(uniform(randomKey(1), 3 * 20 * 16 * 3)), [3, 20, 16, 3]);
    return tf.tidy(() => [...first.apply(images, first.sample(randomKey(5), context)).dataSync()]);
  };
  expect(pixels(["crop", "cutout"])).not.toEqual(pixels(["cutout", "crop"]));
});
