import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  disposeTree,
  encodeSafetensors,
  type HostTensor,
  isSimclrError,
  type Parameters,
  randomKey,
} from "@simclr/core";
import { headFromSpec, linearHead, nonlinearHead } from "@simclr/heads";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import simclr2 from "./fixtures/simclr2/goldens.json" with { type: "json" };
import { importEncoderFrom, importHead, importHeadFrom, type NamedFiles } from "./index.js";
import { largestDifference } from "./testing/import-fidelity.js";

const fixture = (path: string) => fileURLToPath(new URL(`./fixtures/${path}`, import.meta.url));

describeEachBackend(() => {
  it.each(simclr2.cases)("$member: projections are the reference's", async (reference) => {
    const before = tf.memory().numTensors;
    const head = await importHeadFrom(fixture(`simclr2/${reference.file}`));
    if (!head) throw new Error("it has a head");
    expect(head.spec).toMatchObject({ kind: "nonlinear", inputSize: 64, hiddenSize: 64, outputSize: 5, layers: 3 });
    const [inferred, trained] = tf.tidy(() => {
      const { apply } = headFromSpec(head.spec);
      const difference = (features: number[], projections: number[], training: boolean) => {
        const input = tf.tensor2d(features, [reference.imagesShape[0] as number, 64]);
        const { projection } = apply(head.params, head.state, input, { training }).outputs;
        return largestDifference(projection as tf.Tensor, projections);
      };
      return [
        difference(reference.features, reference.projections, false),
        difference(reference.trainingFeatures, reference.trainingProjections, true),
      ];
    });
    expect(inferred).toBeLessThan(5e-6);
    expect(trained).toBeLessThan(5e-5);
    disposeTree([head.params, head.state]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("heads of other files", () => {
  it("a TensorFlow 1 checkpoint of the first paper's head is its two layers", async () => {
    // The fixture has of the head only what an encoder's reader has to leave: a kernel and a scale.
    const error = await importHeadFrom(fixture("tensorflow/v1-18.ckpt")).catch((caught: unknown) => caught);
    if (!isSimclrError(error, "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH")) throw error;
    expect([...error.context.missing].sort()).toEqual(["norm1/mean", "norm1/variance"]);
  });

  it.each([
    nonlinearHead({ inputSize: 6, hiddenSize: 4, outputSize: 3, layers: 2, normalizeProjection: false }),
    linearHead({ inputSize: 6, outputSize: 3 }),
  ])("our own checkpoint's $spec.kind head comes back to the bit, with its spec or without", (head) => {
    const { params, state } = head.init(randomKey(3));
    const below = (prefix: string, own: Parameters) =>
      Object.entries(own).map(([path, { shape }], i): [string, HostTensor] => [
        `${prefix}/head/${path}`,
        {
          dtype: "float32",
          shape,
          values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, k) => i + k / 7),
        },
      ]);
    const kernel: HostTensor = { dtype: "float32", shape: [1], values: Float32Array.of(1) };
    const tensors = new Map([["params/backbone/x", kernel], ...below("params", params), ...below("batchStats", state)]);
    const file = encodeSafetensors(tensors, {});
    const description = new TextEncoder().encode(JSON.stringify({ backbone: { kind: "resnet" }, head: head.spec }));
    const alone: NamedFiles = { "state.safetensors": file };
    for (const files of [alone, { ...alone, "checkpoint.json": description }]) {
      const again = importHead(files);
      expect(again?.spec).toEqual(head.spec);
      const numbers = Object.entries({ ...again?.params, ...again?.state }).map(([path, tensor]) => [
        path,
        tensor.dataSync(),
      ]);
      expect(Object.fromEntries(numbers)).toEqual(
        Object.fromEntries(
          [...tensors].flatMap(([name, { values }]) =>
            name.includes("/head/") ? [[name.replace(/^\w+\/head\//, ""), values]] : [],
          ),
        ),
      );
      disposeTree([again?.params ?? {}, again?.state ?? {}]);
    }
    disposeTree([params, state]);
  });

  it("PyTorch's files, and exports of encoders, have none that is known", () => {
    expect(importHead(new Uint8Array(readFileSync(fixture("torch/solo-learn-18.ckpt"))))).toBeUndefined();
  });

  it("a classifier is no projection head, and stays unused", async () => {
    const { unused, params, state } = await importEncoderFrom(fixture("simclr2/v2-50-sk.ckpt"));
    expect(unused.some((name) => name.includes("supervised_head"))).toBe(true);
    expect(unused.some((name) => name.includes("_projection_head"))).toBe(true);
    disposeTree([params, state]);
  });
});
