import { type ResnetOptions, resnetArchitecture, resnetDepths, resnetSpec } from "@simclr/backbones";
import { unknownArchitecture } from "./errors.js";
import { type FoundEncoder, ownShape } from "./names/found-encoder.js";

/** Depths by the blocks of each group and the convolutions of a block: "3,4,6,3 of 3". */
const depthsByBlocks = new Map(
  resnetDepths.map((depth) => {
    const { groups } = resnetArchitecture(resnetSpec({ depth }));
    return [`${groups.map((blocks) => blocks.length)} of ${groups[0]?.[0]?.main.length}`, depth] as const;
  }),
);

/**
 * Which ResNet tensors make, told from their paths and shapes: depth by the blocks, width, stem and channels of the images by
 * the first kernels, the variant by whether group 1 of a network of basic blocks has a shortcut, selective kernels and gates by
 * their own. Where all have a shortcut, as in ResNet-50, PyTorch's networks are torchvision's. That shortcuts are pooled no tensor
 * tells: they are with selective kernels, as in the reference.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function inferResnet({ found, options }: FoundEncoder, isTorch: boolean): ResnetOptions {
  const names = [...found.values()].map(({ name }) => name);
  const kernel = found.get("stem/conv1/kernel");
  if (!kernel) throw unknownArchitecture("it has no first convolution", names);
  const [size, , inputChannels = 0] = ownShape(kernel);
  const lastOfStem = found.get("stem/conv3/kernel");
  const outputChannels = ownShape(lastOfStem ?? kernel).at(-1) as number;
  if (size !== 7 && size !== 3) throw unknownArchitecture(`its first kernel is ${size} pixels wide, not 7 or 3`, names);
  const counts = [1, 2, 3, 4].map((group) => {
    let count = 0;
    while (found.has(`group${group}/block${count}/conv1/kernel`)) count++;
    return count;
  });
  const convolutions = found.has("group1/block0/conv3/kernel") ? 3 : 2;
  const depth = depthsByBlocks.get(`${counts} of ${convolutions}`);
  if (depth === undefined) {
    throw unknownArchitecture(`it has ${counts.join(", ")} blocks of ${convolutions} convolutions`, names);
  }
  const isProjected = found.has("group1/block0/shortcut/conv1/kernel");
  const variant = isTorch && (depth >= 50 || !isProjected) ? "torchvision" : "simclr";
  const channels = outputChannels * 8;
  const outputsOf = (path: string) => {
    const tensor = found.get(path);
    return tensor && (ownShape(tensor).at(-1) as number);
  };
  const selectiveKernels = ratioOf(outputsOf("group4/block0/selection/conv1/kernel"), channels, 32);
  return {
    depth,
    width: outputChannels / 64,
    stem: size === 7 || lastOfStem ? "imagenet" : "cifar",
    inputChannels,
    variant,
    selectiveKernels,
    squeezeExcite: ratioOf(outputsOf("group4/block0/squeezeExcite/reduce/kernel"), channels, 1),
    resnetD: lastOfStem !== undefined || selectiveKernels > 0,
    ...options,
  };
}

/** The published ratio, if so many channels are what it gives, or else the one that gives them; 0 where there are none. */
function ratioOf(squeezed: number | undefined, channels: number, smallest: number): number {
  if (squeezed === undefined) return 0;
  const ratios = [publishedRatio, squeezed / channels, (squeezed + 0.5) / channels];
  const gives = (ratio: number) => Math.max(Math.floor(channels * ratio), smallest) === squeezed;
  return Math.min(ratios.find(gives) ?? publishedRatio, 1);
}

/** SimCLRv2's, of selective kernels. */
const publishedRatio = 0.0625;
