import { type VitOptions, vitShapes } from "@simclr/backbones";
import { type HostTensor, isSimclrError } from "@simclr/core";
import { expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { inferVit } from "./infer-vit.js";
import type { FoundEncoder, FoundTensor } from "./names/found-encoder.js";

/** Tensors of a network's shapes, without numbers. */
function foundOf(options: VitOptions, shapes: Readonly<Record<string, readonly number[]>> = {}): FoundEncoder {
  const found = new Map<string, FoundTensor>();
  for (const [path, shape] of Object.entries({ ...vitShapes(options).params, ...shapes })) {
    const tensor: HostTensor = { dtype: "float32", shape, values: new Float32Array(0) };
    found.set(path, { name: path, tensor, layout: "as it is" });
  }
  return { kind: "vit", found, unused: [], unexpected: [] };
}

it.each<[string, VitOptions]>([
  ["DeiT-Ti/16", { size: "tiny" }],
  ["DINO's ViT-S/8", { size: "small", patchSize: 8 }],
  ["ViT-B/16 of 384 pixels", { size: "base", imageSize: 384 }],
  ["ViT-L/32", { size: "large", patchSize: 32 }],
  ["ViT-H/14", { width: 1280, depth: 32, headCount: 16, patchSize: 14 }],
  ["grey images and means of patches", { size: "tiny", inputChannels: 1, pool: "mean", hiddenRatio: 3 }],
])("%s is told from names and shapes", (_, options) => {
  const { params } = vitShapes(options);
  const inferred = inferVit(foundOf(options), {});
  expect(vitShapes(inferred).params).toEqual(params);
  const heads = { tiny: 3, small: 6, base: 12, large: 16 };
  expect(inferred).toMatchObject({ headCount: options.headCount ?? heads[options.size ?? "small"], pool: options.pool ?? "class" }); // biome-ignore format: one line
});

it("asks for the heads of a width that is none of the published, and takes what it is told", () => {
  const options = { width: 96, depth: 2, headCount: 4 };
  const error = caught(() => inferVit(foundOf(options), {}));
  expect(isSimclrError(error, "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE") && error.message).toContain("headCount");
  expect(inferVit(foundOf(options), { headCount: 4 }).headCount).toBe(4);
});

it("refuses positions that are no square, and patches that are none", () => {
  for (const [path, shape] of [
    ["positions", [1, 198, 192]],
    ["patches/kernel", [16, 8, 3, 192]],
  ] as const) {
    const error = caught(() => inferVit(foundOf({ size: "tiny" }, { [path]: shape }), {}));
    expect(isSimclrError(error, "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE")).toBe(true);
  }
});

it("leaves no tensor behind", () => {
  expectNoLeak(() => {
    inferVit(foundOf({ size: "tiny" }), {});
    return tf.scalar(0);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
