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
 * the first kernel, the variant by whether group 1 of a network of basic blocks has a shortcut. Where all have one, as in
 * ResNet-50, PyTorch's networks are torchvision's.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function inferResnet({ found, options }: FoundEncoder, isTorch: boolean): ResnetOptions {
  const names = [...found.values()].map(({ name }) => name);
  const kernel = found.get("stem/conv1/kernel");
  if (!kernel) throw unknownArchitecture("it has no first convolution", names);
  const [size, , inputChannels = 0, outputChannels = 0] = ownShape(kernel);
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
  return {
    depth,
    width: outputChannels / 64,
    stem: size === 7 ? "imagenet" : "cifar",
    inputChannels,
    variant,
    ...options,
  };
}
