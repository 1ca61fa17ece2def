import type { ConvNextOptions } from "@simclr/backbones";
import { unknownArchitecture } from "./errors.js";
import { type FoundEncoder, ownShape } from "./names/found-encoder.js";

/**
 * Which ConvNeXt tensors make, told from their paths and shapes: stages by their blocks, channels by those' norms, patches and channels
 * of the images by the first kernel.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function inferConvNext({ found }: FoundEncoder): ConvNextOptions {
  const names = [...found.values()].map(({ name }) => name);
  const shapeOf = (path: string) => {
    const tensor = found.get(path);
    return tensor ? ownShape(tensor) : [];
  };
  const [patchSize = 1, patchWidth, inputChannels = 3] = shapeOf("stem/patches/kernel");
  if (patchSize !== patchWidth) {
    throw unknownArchitecture(`its patches are of ${patchSize} by ${patchWidth} pixels`, names);
  }
  const depths: number[] = [];
  const widths: number[] = [];
  for (let stage = 1; found.has(`stage${stage}/block0/depthwise/kernel`); stage++) {
    let depth = 0;
    while (found.has(`stage${stage}/block${depth}/depthwise/kernel`)) depth++;
    depths.push(depth);
    widths.push(shapeOf(`stage${stage}/block0/depthwise/kernel`)[2] as number);
  }
  return { depths, widths, patchSize, inputChannels };
}
