import { isSimclrError, type ModelSpec, type Shapes } from "@simclr/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backboneFromSpec, type ResnetOptions, resnet, resnetShapes } from "./index.js";

const count = (shapes: Shapes) =>
  Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);

describe("parameter counts of google-research/simclr", () => {
  it.each<[ResnetOptions, number]>([
    [{ depth: 18 }, 11_180_736],
    [{ depth: 18, stem: "cifar" }, 11_173_056],
    [{ depth: 34 }, 21_288_896],
    [{ depth: 34, stem: "cifar" }, 21_281_216],
    [{ depth: 50 }, 23_508_032],
    [{ depth: 50, stem: "cifar" }, 23_500_352],
    [{ depth: 50, width: 2 }, 93_907_072],
    [{ depth: 50, width: 4 }, 375_378_176],
    [{ depth: 101 }, 42_500_160],
    [{ depth: 101, width: 2 }, 169_771_136],
    [{ depth: 152 }, 58_143_808],
    [{ depth: 152, width: 2 }, 232_253_568],
    [{ depth: 200 }, 62_624_832],
    [{ depth: 50, selectiveKernels: 0.0625 }, 35_215_584],
    [{ depth: 50, selectiveKernels: 0.0625, width: 2 }, 140_306_048],
    [{ depth: 101, selectiveKernels: 0.0625 }, 64_662_304],
    [{ depth: 101, selectiveKernels: 0.0625, width: 2 }, 257_132_224],
    [{ depth: 152, selectiveKernels: 0.0625 }, 88_940_896],
    [{ depth: 152, selectiveKernels: 0.0625, width: 2 }, 353_398_528],
    [{ depth: 152, selectiveKernels: 0.0625, width: 3 }, 794_704_160],
    // By hand: two of 64 x 4 + 4 x 64 + 4 + 64, and so on for 128, 256 and 512.
    [{ depth: 18, squeezeExcite: 0.0625 }, 11_180_736 + 89_080],
  ])("%j has %i trainable parameters", (options, expected) => {
    expect(count(resnetShapes(options).params)).toBe(expected);
  });
});

describe("parameter counts of torchvision, without its classifier", () => {
  it.each<[ResnetOptions, number]>([
    [{ depth: 18 }, 11_176_512],
    [{ depth: 34 }, 21_284_672],
    [{ depth: 50 }, 23_508_032],
    [{ depth: 101 }, 42_500_160],
  ])("%j has %i trainable parameters", (options, expected) => {
    expect(count(resnetShapes({ ...options, variant: "torchvision" }).params)).toBe(expected);
  });
});

describe("resnet", () => {
  it("rounds channels to the nearest whole number, at least 1", () => {
    const kernel = (width: number) => resnetShapes({ depth: 50, width }).params["group1/block1/conv2/kernel"];
    expect(kernel(0.3)).toEqual([3, 3, 19, 19]); // 19.2
    expect(kernel(1.0079)).toEqual([3, 3, 65, 65]); // 64.5056
    expect(kernel(0.001)).toEqual([3, 3, 1, 1]);
    expect(resnet({ depth: 50, width: 0.3 }).featureSize).toBe(4 * 154); // 153.6
  });

  it("chains for any depth and width: every layer takes the channels that the one before gives", () => {
    const depths = fc.constantFrom(18, 34, 50, 101, 152, 200) as fc.Arbitrary<ResnetOptions["depth"]>;
    fc.assert(
      fc.property(depths, fc.double({ min: 0.01, max: 4, noNaN: true }), (depth, width) => {
        const { params, state } = resnetShapes({ depth, width });
        const shortcuts = Object.keys(params).filter((path) => path.includes("shortcut/conv"));
        expect(shortcuts.map((path) => path.slice(0, 13))).toEqual(
          [1, 2, 3, 4].map((g) => `group${g}/block0`.slice(0, 13)),
        );
        let channels = 3;
        for (const [path, shape] of Object.entries(params)) {
          if (!path.endsWith("/kernel")) continue;
          const isShortcut = path.includes("shortcut");
          expect(shape[2]).toBe(channels);
          if (!isShortcut) channels = shape[3] as number;
        }
        expect(resnet({ depth, width }).featureSize).toBe(channels);
        expect(count(state)).toBe(
          count(Object.fromEntries(Object.entries(params).filter(([path]) => path.includes("/norm")))),
        );
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, object]>([
    ["depth", { depth: 20 }],
    ["width", { depth: 18, width: 0 }],
    ["width", { depth: 18, width: Number.NaN }],
    ["stem", { depth: 18, stem: "tiny" }],
    ["variant", { depth: 18, variant: "pytorch" }],
    ["stemActivation", { depth: 18, stemActivation: "none" }],
    ["normalization", { depth: 18, normalization: { mean: [0.5], deviation: [0.5] } }],
    ["normalization", { depth: 18, normalization: { mean: [0, 0, 0], deviation: [1, 0, 1] } }],
    ["inputChannels", { depth: 18, inputChannels: 1.5 }],
    ["zeroInitializeLastScale", { depth: 18, zeroInitializeLastScale: 1 }],
    ["batchNormDecay", { depth: 18, batchNormDecay: 1 }],
    ["selectiveKernels", { depth: 50, selectiveKernels: 2 }],
    ["squeezeExcite", { depth: 50, squeezeExcite: -1 }],
    ["resnetD", { depth: 50, resnetD: 1 }],
    ["recompute", { depth: 50, recompute: "all" }],
    ["widht", { depth: 18, widht: 2 }],
  ])("refuses a wrong %s", (argument, options) => {
    const error = thrownBy(() => resnet(options as ResnetOptions));
    expect(isSimclrError(error, "SIMCLR_ERROR__CORE__INVALID_ARGUMENT") && error.context.argument).toBe(argument);
  });
});

describe("backboneFromSpec", () => {
  it("refuses kinds it has no builder for, and names those it has", () => {
    const spec: ModelSpec = { kind: "vision-transformer" };
    const error = thrownBy(() => backboneFromSpec(spec, { mine: () => resnet({ depth: 18 }) }));
    expect(isSimclrError(error, "SIMCLR_ERROR__BACKBONES__UNKNOWN_KIND") && error.context).toEqual({
      kind: "vision-transformer",
      known: ["resnet", "vit", "convnext", "mine"],
    });
  });

  it("builds kinds of one's own", () => {
    const mine = resnet({ depth: 34 });
    expect(backboneFromSpec({ kind: "mine", size: 3 }, { mine: () => mine })).toBe(mine);
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
