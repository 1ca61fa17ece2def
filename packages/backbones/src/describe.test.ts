import { type Backbone, isSimclrError, lossAndGradients, randomKey } from "@simclr/core";
import { expectNoLeak } from "@simclr/core/testing";
import { useTensorFlow } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { convNext, describe, formatDescription, resnet, vit } from "./index.js";

beforeAll(async () => {
  await useTensorFlow();
  await tf.setBackend("tensorflow");
});

/** torchvision's `_ops` of its weights, in 10^9, with a classifier of 1000 classes; DeiT's for ViT-Ti and S (timm). */
it.each<[string, () => Backbone, number]>([
  ["ResNet-50", () => resnet({ depth: 50 }), 4.089],
  ["ResNet-101", () => resnet({ depth: 101 }), 7.801],
  ["ResNet-152", () => resnet({ depth: 152 }), 11.514],
  ["ViT-B/16", () => vit({ size: "base" }), 17.564],
  ["ConvNeXt-T", () => convNext(), 4.456],
  ["ConvNeXt-B", () => convNext({ size: "base" }), 15.355],
])("%s has the published multiply-accumulates at 224 pixels", (_, create, published) => {
  const backbone = create();
  const { multiplyAccumulatesPerImage } = describe(backbone, { imageSize: 224, batchSize: 2 });
  const classifier = backbone.featureSize * 1000;
  expect((multiplyAccumulatesPerImage + classifier) / 1e9).toBeCloseTo(published, 3);
});

it("tells of the largest network without its memory: ResNet-152 3x with selective kernels", () => {
  const before = tf.memory();
  const backbone = resnet({ depth: 152, width: 3, selectiveKernels: 0.0625 });
  const description = describe(backbone, { imageSize: 224, batchSize: 4096 });
  expect(description.parameters).toBe(794_704_160);
  expect(description.outputs.features).toEqual([4096, 6144]);
  expect(description.activationBytes).toBeGreaterThan(2 ** 40);
  expect([tf.getBackend(), tf.memory()]).toEqual(["tensorflow", before]);
});

/** Bytes of the distinct tensors that the tape of a real training step holds, or that come out. */
function keptBytes(backbone: Backbone, imagesShape: [number, number, number, number]): number {
  return tf.tidy(() => {
    const { params, state } = backbone.init(randomKey(0));
    const images = tf.ones(imagesShape);
    const given = new Set([images, ...Object.values(params), ...Object.values(state)].map(({ dataId }) => dataId));
    let kept = 0;
    lossAndGradients(params, () => {
      const result = backbone.apply(params, state, images, { training: true });
      const saved = (tf.engine().state.activeTape ?? []).flatMap((node) => node.saved ?? []);
      const living = [...saved, ...Object.values(result.outputs), ...Object.values(result.state)];
      const distinct = new Map(
        living.filter(({ dataId }) => !given.has(dataId)).map((tensor) => [tensor.dataId, tensor]),
      );
      kept = [...distinct.values()].reduce((sum, { size, dtype }) => sum + size * tf.util.bytesPerElement(dtype), 0);
      return { loss: tf.scalar(0), auxiliary: {} };
    });
    return kept;
  });
}

it.each<[string, (recompute: "none" | "blocks") => Backbone, [number, number]]>([
  [
    "ResNet-152 3x SK",
    (recompute) => resnet({ depth: 152, width: 3, selectiveKernels: 0.0625, recompute }),
    [63.6, 11.8],
  ],
  ["ResNet-50", (recompute) => resnet({ depth: 50, recompute }), [6.66, 1.75]],
  ["ViT-S", (recompute) => vit({ recompute }), [13.4, 0.38]],
  ["ConvNeXt-T", (recompute) => convNext({ recompute }), [21.2, 1.78]],
])("%s keeps the README's GiB for a batch of 64 at 224 pixels, without and with recomputing", (_, create, expected) => {
  const gibibytes = (["none", "blocks"] as const).map((recompute) => {
    const { activationBytes } = describe(create(recompute), { imageSize: 224, batchSize: 64 });
    return activationBytes / 2 ** 30;
  });
  expect(gibibytes.map((size) => Number(size.toPrecision(size < 1 ? 2 : 3)))).toEqual(expected);
});

it("tells what recomputing blocks saves", () => {
  const bytes = (create: (recompute: "none" | "blocks") => Backbone) =>
    (["none", "blocks"] as const).map(
      (recompute) => describe(create(recompute), { imageSize: 224, batchSize: 16 }).activationBytes,
    ) as [number, number];
  const [resnetAll, resnetBlocks] = bytes((recompute) => resnet({ depth: 50, recompute }));
  const [vitAll, vitBlocks] = bytes((recompute) => vit({ recompute }));
  expect(resnetAll / resnetBlocks).toBeGreaterThan(3);
  expect(vitAll / vitBlocks).toBeGreaterThan(10);
});

it("describes a backbone of one's own, frozen or not, and names the operation that it does not know", () => {
  const own = (apply: (images: tf.Tensor4D) => tf.Tensor): Backbone => ({
    spec: { kind: "own" },
    featureSize: 3,
    init: () => ({ params: {}, state: {} }),
    apply: (_, state, images) => ({ outputs: { features: apply(images as tf.Tensor4D) }, state }),
  });
  const frozen = describe(
    own((images) => tf.mean(images, [1, 2])),
    { imageSize: [8, 6], batchSize: 5 },
  );
  expect(frozen).toEqual({
    kind: "own",
    imagesShape: [5, 8, 6, 3],
    parameters: 0,
    parameterBytes: 0,
    multiplyAccumulatesPerImage: 0,
    activationBytes: 5 * 3 * 4,
    outputs: { features: [5, 3] },
  });
  const unknown = () =>
    describe(
      own((images) => tf.topk(images, 1).values),
      { imageSize: 8, batchSize: 2 },
    );
  const error = thrownBy(unknown);
  expect(isSimclrError(error, "SIMCLR_ERROR__BACKBONES__OPERATION_UNKNOWN") && error.context.operation).toBe("TopK");
  expect(tf.getBackend()).toBe("tensorflow");
  expectNoLeak(() => void describe(vit({ width: 8, depth: 1, headCount: 2 }), { imageSize: 224, batchSize: 2 }));
});

it("prints what a person wants to know", () => {
  const text = formatDescription(describe(resnet({ depth: 50 }), { imageSize: 224, batchSize: 64 }));
  expect(text).toContain("resnet on 64 x 224 x 224 x 3: 2,048 features");
  expect(text).toContain("23,508,032 (89.7 MiB)");
  expect(text).toContain("4.09 G per image");
  expect(text).toMatch(/activations {11}\d+(\.\d+)? GiB kept/);
});

// On "cpu", a reshape is the same tensor, as it is the same memory in TensorFlow; on "tensorflow", batch norm is one operation.
const measuredOn: readonly [string, string, () => Backbone][] = [
  ["resnet", "tensorflow", () => resnet({ depth: 50, width: 1 / 8, selectiveKernels: 0.0625, squeezeExcite: 0.25 })],
  ["resnet, recomputed", "tensorflow", () => resnet({ depth: 18, width: 1 / 8, recompute: "blocks" })],
  ["vit", "cpu", () => vit({ width: 24, depth: 2, headCount: 3, patchSize: 8, imageSize: 32 })],
  [
    "vit, recomputed",
    "cpu",
    () => vit({ width: 24, depth: 2, headCount: 3, patchSize: 8, imageSize: 32, recompute: "blocks" }),
  ],
  ["convNext", "cpu", () => convNext({ depths: [1, 2], widths: [8, 16] })],
];

describeEachBackend((current) => {
  const cases = measuredOn.filter(([, backendName]) => backendName === current);
  it.each(cases)("%s keeps, on %s, the bytes that its description says", (_name, _backend, create) => {
    const backbone = create();
    const { activationBytes } = describe(backbone, { imageSize: 32, batchSize: 8 });
    expect(tf.getBackend()).toBe(current);
    const actual = keptBytes(backbone, [8, 32, 32, 3]);
    expect(activationBytes).toBe(actual);
  });
});

function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}
