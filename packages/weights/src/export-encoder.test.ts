import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backboneFromSpec, imagenetNormalization } from "@simclr/backbones";
import { decodeSafetensors, disposeTree, isSimclrError, type Parameters } from "@simclr/core";
import { describeEachBackend } from "@simclr/runtime/testing";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import checked from "./fixtures/exports.json" with { type: "json" };
import torch from "./fixtures/torch/goldens.json" with { type: "json" };
import { type ExportFormat, exportEncoder, exportEncoderTo, importEncoder, importEncoderFrom } from "./index.js";
import { exportCases, type KnownOptions, knownEncoder } from "./testing/export-cases.js";
import { largestDifference } from "./testing/import-fidelity.js";
import { noise } from "./testing/noise.js";

const fixture = (path: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${path}`, import.meta.url)));
const numbersOf = (parameters: Parameters) =>
  Object.fromEntries(Object.entries(parameters).map(([path, tensor]) => [path, tensor.dataSync()]));

/** An encoder that reads every option. */
const variants: readonly KnownOptions[] = [
  { depth: 18, width: 1 / 32 },
  { depth: 18, width: 1 / 32, variant: "torchvision", normalization: imagenetNormalization },
  { depth: 50, width: 1 / 32, stem: "cifar", inputChannels: 1 },
  { depth: 50, width: 1 / 32, selectiveKernels: 0.0625, squeezeExcite: 0.25 },
  { depth: 18, width: 1 / 32, stem: "cifar", squeezeExcite: 0.5, resnetD: true },
  {
    depth: 18,
    width: 1 / 32,
    variant: "torchvision",
    resnetD: true,
    normalization: imagenetNormalization,
    recompute: "blocks",
  },
  { kind: "vit", width: 12, depth: 2, headCount: 3, patchSize: 4, imageSize: 16, normalization: imagenetNormalization },
  { kind: "vit", width: 8, depth: 1, headCount: 2, patchSize: 8, imageSize: 16, positions: "sincos", inputChannels: 1 },
  { kind: "vit", width: 8, depth: 1, headCount: 2, patchSize: 4, imageSize: 12, pool: "mean", hiddenRatio: 1.5 },
  { kind: "convnext", depths: [1, 2], widths: [6, 8], normalization: imagenetNormalization },
  { kind: "convnext", depths: [1], widths: [5], patchSize: 2, inputChannels: 1, recompute: "blocks" },
];
const sizesOf = (options: KnownOptions) =>
  "kind" in options && options.kind === "vit"
    ? ([[options.imageSize as number, options.imageSize as number]] as const)
    : ([[32, 47], [33, 32]] as const); // biome-ignore format: one line

describeEachBackend((backendName) => {
  it.each(exportCases.map((one) => [one.exported.format, one.name, one] as const))(
    "%s of %s: the file is the one that another program ran, and its features are ours",
    async (_, name, { options, exported, imagesShape }) => {
      const encoder = knownEncoder(options);
      const { files } = await exportEncoder(encoder, exported);
      for (const [file, bytes] of Object.entries(files)) {
        expect(Buffer.from(bytes).equals(fixture(`exports/${name}-${file}`))).toBe(true);
      }
      const expected = checked.features[name as keyof typeof checked.features];
      expect(featuresDifference(encoder, imagesShape, expected)).toBeLessThan(2e-5);
      disposeTree([encoder.params, encoder.state]);
    },
  );

  it.each(variants)("a graph model of %j gives the encoder's features at any size", async (options) => {
    const encoder = knownEncoder(options);
    const { files } = await exportEncoder(encoder, { format: "graph-model" });
    const { modelTopology, weightsManifest, signature } = JSON.parse(new TextDecoder().decode(files["model.json"]));
    const [{ paths, weights: weightSpecs }] = weightsManifest;
    const weightData = Uint8Array.from(Buffer.concat(paths.map((path: string) => files[path]))).buffer;
    const before = tf.memory().numTensors;
    const model = await loadGraphModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData, signature }));
    const { imageSize = -1 } = encoder.spec;
    expect(model.inputs[0]?.shape).toEqual([-1, imageSize, imageSize, options.inputChannels ?? 3]);
    for (const size of sizesOf(options)) {
      // biome-ignore format: one line
      const imagesShape = [2, ...size, options.inputChannels ?? 3] as const;
      const [found, apart] = tf.tidy(() => {
        const output = model.predict(noise("images", imagesShape, 0.5, 0.5)) as tf.Tensor;
        const values = [...output.dataSync()];
        return [values, featuresDifference(encoder, imagesShape, values)] as const;
      });
      expect(found.some((value) => Math.abs(value) > 0.01)).toBe(true);
      expect([backendName, apart < 1e-5]).toEqual([backendName, true]);
    }
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    disposeTree([encoder.params, encoder.state]);
  });

  it.each(variants)(
    "safetensors of %j come back with the same numbers, to the bit, and the same spec",
    async (options) => {
      const encoder = knownEncoder(options);
      const { files } = await exportEncoder(encoder, { format: "safetensors" });
      const again = importEncoder(files);
      expect(again).toMatchObject({ spec: encoder.spec, format: "simclr", unused: [] });
      expect(numbersOf(again.params)).toEqual(numbersOf(encoder.params));
      expect(numbersOf(again.state)).toEqual(numbersOf(encoder.state));
      disposeTree([encoder.params, encoder.state, again.params, again.state]);
    },
  );
});

describe("torchvision's names", () => {
  it("a state dict of torchvision goes through us and comes back with the same names and numbers", async () => {
    const file = torch.cases[0]?.file as string;
    const before = decodeSafetensors(fixture(`torch/${file}`)).tensors;
    const encoder = importEncoder(fixture(`torch/${file}`));
    const { files, notes } = await exportEncoder(encoder, { format: "torchvision", classCount: 3 });
    expect(notes).toEqual([]);
    const after = decodeSafetensors(files["model.safetensors"] as Uint8Array).tensors;
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, tensor] of before) {
      if (name.startsWith("fc.") || name.endsWith("num_batches_tracked")) continue;
      expect([name, after.get(name)]).toEqual([name, tensor]);
    }
    disposeTree([encoder.params, encoder.state]);
  });

  it.each<[KnownOptions, string[]]>([
    [
      { depth: 18, width: 1 / 32, stem: "cifar", variant: "torchvision", resnetD: true, stemActivation: "none" },
      ["Replace conv1 by a 3x3", "Replace relu", "After loading, put nn.AvgPool2d"],
    ],
    [
      { depth: 50, width: 1 / 32, selectiveKernels: 0.0625, squeezeExcite: 0.25 },
      ["Replace conv1 by nn.Sequential", "Replace maxpool", "Give each block's conv2 and bn2", "Replace each block's bn3", "After loading"], // biome-ignore format: one line
    ],
    [
      { depth: 18, width: 1 / 32, inputChannels: 1, squeezeExcite: 0.5 },
      ["Give conv1 1 input channels.", "Replace maxpool", "Replace each block's bn2", "Give layer1[0] a downsample"],
    ],
  ])("says how torchvision's network becomes that of %j", async (options, beginnings) => {
    const encoder = knownEncoder(options);
    const { notes } = await exportEncoder(encoder, { format: "torchvision" });
    expect(notes.length).toBe(beginnings.length);
    beginnings.forEach((beginning, i) => {
      expect(notes[i]).toContain(beginning);
    });
    disposeTree([encoder.params, encoder.state]);
  });

  it.each(["torchvision-vit", "torchvision-convnext"])(
    "a %s goes through us with the same names and numbers",
    async (name) => {
      const bytes = fixture(`transformers/${name}.safetensors`);
      const before = decodeSafetensors(bytes).tensors;
      const encoder = importEncoder(bytes, name === "torchvision-vit" ? { spec: { headCount: 2 } } : {});
      const { files } = await exportEncoder(encoder, { format: "torchvision", classCount: 3 });
      const after = decodeSafetensors(files["model.safetensors"] as Uint8Array).tensors;
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
      for (const [own, tensor] of before) {
        if (/^(heads|classifier\.2)\./.test(own)) expect(after.get(own)?.shape).toEqual(tensor.shape);
        else expect([own, after.get(own)]).toEqual([own, tensor]);
      }
      disposeTree([encoder.params, encoder.state]);
    },
  );

  it.each<[KnownOptions, string[]]>([
    [
      { kind: "vit", size: "base", depth: 1 },
      [
        "Make the network by torchvision.models.VisionTransformer(image_size=224, patch_size=16, num_layers=1, num_heads=12, hidden_dim=768, mlp_dim=3072).",
      ],
    ],
    [
      { kind: "vit", width: 8, depth: 1, headCount: 2, imageSize: 32, inputChannels: 1 },
      [
        "Make the network by torchvision.models.VisionTransformer(image_size=32, patch_size=16, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=32).",
        "Replace conv_proj by one of 1 input channels.",
      ],
    ],
    [
      { kind: "convnext", depths: [1, 1], widths: [4, 6], patchSize: 2, normalization: imagenetNormalization },
      [
        "Normalize images before the network: torchvision's has none inside.",
        "Make the network by torchvision.models.ConvNeXt([CNBlockConfig(4, 6, 1), CNBlockConfig(6, None, 1)]).",
        "Replace features[0][0] by a convolution of 3 input channels with kernel and stride 2.",
      ],
    ],
  ])("says how torchvision's network of %j is made", async (options, expected) => {
    const encoder = knownEncoder(options);
    expect((await exportEncoder(encoder, { format: "torchvision" })).notes).toEqual(expected);
    disposeTree([encoder.params, encoder.state]);
  });

  it("refuses a vision transformer without a class token, which torchvision's has", async () => {
    const encoder = knownEncoder({ kind: "vit", width: 8, depth: 1, headCount: 2, imageSize: 32, pool: "mean" });
    const error = await exportEncoder(encoder, { format: "torchvision" }).catch((caught: unknown) => caught);
    expect(isSimclrError(error, "SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE") && error.context.paths).toEqual([
      "classToken",
    ]);
    disposeTree([encoder.params, encoder.state]);
  });

  it("says where torchvision's network is another one", async () => {
    const encoder = knownEncoder({ depth: 18, width: 1 / 32, normalization: imagenetNormalization });
    const { notes, files } = await exportEncoder(encoder, { format: "torchvision" });
    expect(notes.map((note) => note.split(" ").slice(0, 2).join(" "))).toEqual([
      "Normalize images",
      "Replace maxpool:",
      "Give layer1[0]",
    ]);
    expect([...decodeSafetensors(files["model.safetensors"] as Uint8Array).tensors.keys()]).not.toContain("fc.weight");
    disposeTree([encoder.params, encoder.state]);
  });
});

describe("files and refusals", () => {
  it("writes whole files into a folder that importEncoderFrom reads", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simclr-weights-"));
    const encoder = knownEncoder({ depth: 18, width: 1 / 64 });
    const { paths } = await exportEncoderTo(join(folder, "a", "b"), encoder, { format: "safetensors" });
    expect(paths.every(existsSync)).toBe(true);
    await exportEncoderTo(join(folder, "graph"), encoder, { format: "graph-model" });
    expect(readdirSync(join(folder, "graph")).sort()).toEqual(["model.json", "weights-1-of-1.bin"]);
    const again = await importEncoderFrom(join(folder, "a", "b"));
    expect(again.spec).toEqual(encoder.spec);
    for (const path of [join(folder, "graph"), join(folder, "nothing")]) {
      const error = await importEncoderFrom(path).catch((caught: unknown) => caught);
      expect(isSimclrError(error, "SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT")).toBe(true);
    }
    disposeTree([encoder.params, encoder.state, again.params, again.state]);
    rmSync(folder, { recursive: true });
  });

  it("keeps the size of the images, where it is told, for whoever reads the encoder", async () => {
    const encoder = knownEncoder({ depth: 18, width: 1 / 16, stem: "cifar" });
    for (const imageSize of [48, undefined]) {
      const graph = await exportEncoder(encoder, { format: "graph-model", ...(imageSize && { imageSize }) });
      const { userDefinedMetadata } = JSON.parse(new TextDecoder().decode(graph.files["model.json"]));
      expect(userDefinedMetadata).toEqual(imageSize && { imageSize });
      const own = await exportEncoder(encoder, { format: "safetensors", ...(imageSize && { imageSize }) });
      const again = importEncoder(own.files);
      expect(again.imageSize).toBe(imageSize);
      disposeTree([again.params, again.state]);
    }
    const refused = await exportEncoder(encoder, { format: "safetensors", imageSize: 0.5 }).catch(
      (error: unknown) => error,
    );
    expect(isSimclrError(refused, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")).toBe(true);
    disposeTree([encoder.params, encoder.state]);
  });

  it("splits the weights of a graph model where a browser's cache wants it", async () => {
    const encoder = knownEncoder({ depth: 18, width: 1 / 2, stem: "cifar" });
    const { files } = await exportEncoder(encoder, { format: "graph-model" });
    const sizes = Object.entries(files).flatMap(([name, bytes]) => (name.endsWith(".bin") ? [bytes.length] : []));
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.slice(0, -1).every((size) => size === 4 * 1024 * 1024)).toBe(true);
    disposeTree([encoder.params, encoder.state]);
  });

  it.each<[ExportFormat, string]>([
    ["onnx", "group9/block0/conv1/kernel"],
    ["graph-model", "stem/gate/kernel"],
    ["torchvision", "stem/gate/kernel"],
  ])("%s refuses a variable that it has no place for", async (format, path) => {
    const { spec, params, state } = knownEncoder({ depth: 18, width: 1 / 64 });
    const strange = { ...params, [path]: tf.zeros([1]) };
    const error = await exportEncoder({ spec, params: strange, state }, { format }).catch((caught: unknown) => caught);
    expect(isSimclrError(error, "SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE") && error.context).toEqual({
      format,
      paths: [path],
    });
    disposeTree([strange, state]);
  });
});

function featuresDifference(
  { spec, params, state }: ReturnType<typeof knownEncoder>,
  imagesShape: readonly number[],
  expected: readonly number[],
): number {
  return tf.tidy(() => {
    const images = noise("images", imagesShape, 0.5, 0.5);
    return largestDifference(
      backboneFromSpec(spec).apply(params, state, images, { training: false }).outputs.features as tf.Tensor,
      expected,
    );
  });
}
