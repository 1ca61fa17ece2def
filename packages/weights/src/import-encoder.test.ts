import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ResnetDepth, resnetShapes } from "@simclr/backbones";
import { disposeTree, encodeSafetensors, type HostTensor, isSimclrError, type SimclrErrorCode } from "@simclr/core";
import { expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import simclr2 from "./fixtures/simclr2/goldens.json" with { type: "json" };
import tensorflow from "./fixtures/tensorflow/goldens.json" with { type: "json" };
import torch from "./fixtures/torch/goldens.json" with { type: "json" };
import transformers from "./fixtures/transformers/goldens.json" with { type: "json" };
import { importEncoder, importEncoderFrom, readTensorFlowCheckpoint, readTorchFile } from "./index.js";
import { findSimclrV1Encoder } from "./names/simclr-v1-encoder.js";
import { torchName } from "./names/torch-names.js";
import { importFidelity, type ReferenceCase } from "./testing/import-fidelity.js";

const fixture = (path: string) => fileURLToPath(new URL(`./fixtures/${path}`, import.meta.url));
const bytesOf = (path: string) => new Uint8Array(readFileSync(fixture(path)));

interface Case extends ReferenceCase {
  readonly unused?: string[];
  readonly expected?: object;
}

const cases = [
  ...torch.cases.map((one) => ["torch", one as unknown as Case] as const),
  ...transformers.cases.map((one) => ["transformers", one as unknown as Case] as const),
  ...tensorflow.cases.map((one) => ["tensorflow", one as unknown as Case] as const),
  ...simclr2.cases.map((one) => ["simclr2", one as unknown as Case] as const),
];

describeEachBackend(() => {
  it.each(cases.map(([folder, one]) => [one.member, folder, one] as const))(
    "%s: features and gradients are the reference's",
    async (_, folder, reference) => {
      const before = tf.memory().numTensors;
      const { spec, imageSize, expected } = reference;
      const told = { ...(spec && { spec }), ...(imageSize && { imageSize }) };
      const encoder = await importEncoderFrom(fixture(`${folder}/${reference.file}`), told);
      if (reference.unused) expect([...encoder.unused].sort()).toEqual(reference.unused);
      const variant = folder === "torch" ? "torchvision" : "simclr";
      expect(encoder.spec).toMatchObject(expected ?? { kind: "resnet", variant });
      const fidelity = importFidelity(encoder, reference);
      // Float32 through 18 to 50 layers; training features and gradients go through as many batch statistics.
      expect(fidelity.features).toBeLessThan(5e-6);
      expect(fidelity.trainingFeatures).toBeLessThan(1e-4);
      // A selective kernel's squeezed channel has one number an image, whose statistics amplify rounding.
      expect(fidelity.gradients).toBeLessThan(folder === "simclr2" ? 2e-3 : 5e-4);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

describe("SimCLRv2", () => {
  it.each(simclr2.cases)("$member: the network is told from names and shapes", async (reference) => {
    const { spec, params, state } = await importEncoderFrom(fixture(`simclr2/${reference.file}`));
    const { selectiveKernels, squeezeExcite } = reference;
    expect(spec).toMatchObject({ depth: 50, width: 1 / 32, stem: "imagenet", resnetD: true, selectiveKernels, squeezeExcite }); // biome-ignore format: one line
    disposeTree([params, state]);
  });

  it("a checkpoint without one of a block's kernels is none of the networks", () => {
    const names = ["v1-50-sk.ckpt.index", "v1-50-sk.ckpt.data-00000-of-00001"];
    const { tensors } = readTensorFlowCheckpoint(
      Object.fromEntries(names.map((name) => [name, bytesOf(`simclr2/${name}`)])),
    );
    const without = new Map([...tensors].filter(([name]) => name !== "base_model/conv2d_7/kernel"));
    thrown(() => findSimclrV1Encoder(without), "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE");
  });
});

describe("names of torchvision", () => {
  it.each(Object.entries(torch.stateDictSha256))(
    "ResNet-%s: every name and shape of its state dict",
    (depth, sha256) => {
      const options = { depth: Number(depth) as ResnetDepth, variant: "torchvision" } as const;
      const { params, state } = resnetShapes(options);
      const lines = ["fc.bias [1000]\n"];
      for (const [path, shape] of Object.entries({ ...params, ...state })) {
        const [height, width, input, out] = shape;
        lines.push(`${torchName(path)} [${(shape.length === 4 ? [out, input, height, width] : shape).join(", ")}]\n`);
        if (path.endsWith("/mean"))
          lines.push(`${torchName(path)?.replace("running_mean", "num_batches_tracked")} []\n`);
      }
      lines.push(`fc.weight [1000, ${options.depth >= 50 ? 2048 : 512}]\n`);
      expect(createHash("sha256").update(lines.sort().join("")).digest("hex")).toBe(sha256);
    },
  );
});

describe("a file that is no encoder of ours", () => {
  const tensors = () => readTorchFile(bytesOf("torch/lightly-18.ckpt"));
  const zeros = (...shape: number[]): HostTensor => ({ dtype: "float32", shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) }); // biome-ignore format: one line
  const changed = (change: (all: Map<string, HostTensor>) => void) => {
    const all = tensors();
    change(all);
    return encodeSafetensors(all);
  };

  it("names what is missing, unexpected and of another shape, as the file lays it out", () => {
    const file = changed((all) => {
      all.delete("state_dict.backbone.5.0.conv2.weight");
      all.set("state_dict.backbone.4.0.se.fc1.weight", zeros(2, 2));
      all.set("state_dict.backbone.7.1.conv2.weight", zeros(16, 8, 3, 3));
    });
    const error = thrown(() => importEncoder(file), "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH");
    expect(error.context).toEqual({
      missing: ["group2/block0/conv2/kernel"],
      unexpected: ["state_dict.backbone.4.0.se.fc1.weight"],
      misshapen: [{ name: "state_dict.backbone.7.1.conv2.weight", expected: [16, 16, 3, 3], received: [16, 8, 3, 3] }],
    });
    expect(error.message).toContain("[16, 8, 3, 3] where [16, 16, 3, 3] is needed");
  });

  it("asks which of two encoders is meant, and takes the one that it is told", () => {
    const file = changed((all) => {
      for (const [name, tensor] of [...all]) all.set(name.replace("backbone", "other"), tensor);
    });
    const prefixes = ["state_dict.backbone.", "state_dict.other."];
    const error = thrown(() => importEncoder(file), "SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX");
    expect([...error.context.prefixes].sort()).toEqual(prefixes);
    const encoder = importEncoder(file, { prefix: "state_dict.other." });
    expect(encoder.unused.every((name) => name.startsWith("state_dict.backbone."))).toBe(true);
    disposeTree([encoder.params, encoder.state]);
  });

  it.each([
    ["of other names", encodeSafetensors(new Map([["patch_embed.proj.weight", zeros(4, 3, 2, 2)]]))],
    ["without a block", changed((all) => all.delete("state_dict.backbone.5.1.conv1.weight"))],
    ["of a first kernel of 5 pixels", changed((all) => all.set("state_dict.backbone.0.weight", zeros(2, 3, 5, 5)))],
  ])("refuses a file %s", (_, file) => {
    thrown(() => importEncoder(file), "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE");
  });

  it("of a vision transformer asks for its heads, and refuses a size that its patches do not fill and options of others", () => {
    const file = bytesOf("transformers/torchvision-vit.safetensors");
    thrown(() => importEncoder(file), "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE");
    const spec = { headCount: 2 };
    thrown(() => importEncoder(file, { spec, imageSize: 18 }), "SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    thrown(() => importEncoder(file, { spec: { ...spec, stem: "cifar" } }), "SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    const convnext = bytesOf("transformers/torchvision-convnext.safetensors");
    thrown(() => importEncoder(convnext, { spec }), "SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  });

  it("names what of a vision transformer has no place here: norms of queries, scales of another shape", () => {
    const all = new Map(readTorchFile(bytesOf("transformers/dino-vit.pth")));
    all.set("teacher.backbone.blocks.0.attn.q_norm.weight", zeros(4));
    all.set("teacher.backbone.blocks.0.ls1.gamma", zeros(4));
    const file = encodeSafetensors(all);
    const read = () => importEncoder(file, { spec: { headCount: 4 } });
    const error = thrown(read, "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH");
    expect(error.context.unexpected).toEqual([
      "teacher.backbone.blocks.0.attn.q_norm.weight",
      "teacher.backbone.blocks.0.ls1.gamma",
    ]);
    const student = importEncoder(bytesOf("transformers/dino-vit.pth"), {
      prefix: "student.module.backbone.",
      spec: { headCount: 4 },
    });
    expect(student.params["norm/scale"]?.dataSync().every((value) => value === 0)).toBe(true);
    disposeTree([student.params, student.state]);
    thrown(() => importEncoder(file, { prefix: "nobody." }), "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE");
  });

  it("refuses files of no format, or of another than was named", () => {
    for (const file of [new Uint8Array(), new TextEncoder().encode("<!doctype html><p>404, not found at all</p>")]) {
      thrown(() => importEncoder(file), "SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT");
    }
    const file = bytesOf("torch/torchvision-18.safetensors");
    thrown(() => importEncoder(file, { format: "torch" }), "SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT");
  });
});

describe("PyTorch's files", () => {
  it.each(["torch/torchvision-50.pt", "torch/moco-18.pth.tar"])("refuses %s cut off anywhere", (path) => {
    const bytes = bytesOf(path);
    for (const length of [20, 400, 3000, bytes.length - 40]) {
      thrown(() => readTorchFile(bytes.slice(0, length)), "SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED");
    }
  });

  it("never runs what a pickle names: a call of os.system is an inert object", () => {
    // Python writes this for an object whose __reduce__ is (os.system, ("touch /tmp/owned",)), inside a dictionary.
    const pickle = "\x80\x02}X\x01\x00\x00\x00acposix\nsystem\nX\x10\x00\x00\x00touch /tmp/owned\x85Rs.";
    const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
    const number = [0x80, 2, 0x4b, 1, 0x2e];
    const noKeys = [0x80, 2, 0x5d, 0x2e];
    const bytes = Uint8Array.from([...magic, ...number, ...number, ...Buffer.from(pickle, "latin1"), ...noKeys]);
    expect(readTorchFile(bytes).size).toBe(0);
  });
});

describe("TensorFlow's checkpoints", () => {
  const names = ["types.ckpt.index", "types.ckpt.data-00000-of-00001"];
  const files = () => Object.fromEntries(names.map((name) => [name, bytesOf(`tensorflow/${name}`)]));

  it("reads half precision and 64 bits exactly", () => {
    const { tensors } = readTensorFlowCheckpoint(files());
    for (const [name, expected] of Object.entries(tensorflow.types)) {
      expect([...(tensors.get(name)?.values ?? [])].map((x) => Number(x.toPrecision(8)))).toEqual(expected);
    }
  });

  it("finds one changed bit, in the numbers and in the index", () => {
    for (const [name, at] of [
      [names[1], 3],
      [names[0], 30],
    ] as const) {
      // biome-ignore format: one line
      const damaged = files();
      const bytes = damaged[name as string] as Uint8Array;
      bytes[at] = (bytes[at] as number) ^ 1;
      const error = thrown(() => readTensorFlowCheckpoint(damaged), "SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED");
      expect(error.context.file).toBe(name);
    }
  });

  it("names the data file that is missing", () => {
    const { [names[0] as string]: index } = files();
    const read = () => readTensorFlowCheckpoint({ "types.ckpt.index": index as Uint8Array });
    expect(thrown(read, "SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED").context.file).toBe(names[1]);
  });
});

it("leaves no tensor behind when a file is refused", () => {
  const file = bytesOf("torch/torchvision-18.safetensors");
  expectNoLeak(() => {
    thrown(() => importEncoder(file, { spec: { depth: 34 } }), "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH");
    return tf.scalar(0);
  });
});

function thrown<Code extends SimclrErrorCode>(run: () => unknown, code: Code) {
  try {
    run();
  } catch (error) {
    if (isSimclrError(error, code)) return error;
    throw error;
  }
  throw new Error(`expected ${code}`);
}
