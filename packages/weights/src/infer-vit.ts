import { sinCosPositions, type VitOptions } from "@simclr/backbones";
import * as tf from "@tensorflow/tfjs-core";
import { unknownArchitecture } from "./errors.js";
import { type FoundEncoder, type FoundTensor, ownShape } from "./names/found-encoder.js";

/** Heads by width, of every published size; no tensor tells them. */
const publishedHeads = new Map([
  [192, 3],
  [384, 6],
  [768, 12],
  [1024, 16],
  [1280, 16],
]);

/** MoCo v3's networks have as many at every width. */
const mocoHeads = 12;

/**
 * Which vision transformer tensors make, told from their paths and shapes: width, patches and channels of the images by the first
 * kernel, depth by the blocks, the images' size by the positions. Positions whose numbers are MoCo v3's fixed ones are fixed here too,
 * and the network has MoCo v3's heads; else heads are told by the width.
 *
 * @param told what is said beside the file: `headCount`, for a width that is none of the published
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function inferVit({ found }: FoundEncoder, told: Pick<VitOptions, "headCount" | "imageSize">): VitOptions {
  const names = [...found.values()].map(({ name }) => name);
  const shapeOf = (path: string) => {
    const tensor = found.get(path);
    return tensor ? ownShape(tensor) : [];
  };
  const [patchSize = 1, patchWidth, inputChannels = 3, width = 1] = shapeOf("patches/kernel");
  if (patchSize !== patchWidth) {
    throw unknownArchitecture(`its patches are of ${patchSize} by ${patchWidth} pixels`, names);
  }
  let depth = 0;
  while (found.has(`block${depth}/norm1/scale`)) depth++;
  const pool = found.has("classToken") ? "class" : "mean";
  const positions = found.get("positions");
  const grid = positions && gridOf(positions, pool)?.grid;
  if (positions && grid === undefined) {
    const count = ownShape(positions)[1];
    throw unknownArchitecture(`its ${count} positions are no square of patches${classToken(pool)}`, names);
  }
  const isFixed = positions !== undefined && areFixed(positions, pool);
  const headCount = told.headCount ?? (isFixed && width % mocoHeads === 0 ? mocoHeads : publishedHeads.get(width));
  if (headCount === undefined) {
    throw unknownArchitecture(
      `no tensor tells the heads of a vision transformer, and its width, ${width}, is none of the published`,
      names,
      "Say how many heads it has: `spec: { headCount: 8 }`.",
    );
  }
  return {
    width,
    depth,
    headCount,
    hiddenRatio: (shapeOf("block0/dense1/kernel")[1] ?? 4 * width) / width,
    patchSize,
    ...(grid !== undefined && { imageSize: grid * patchSize }),
    positions: isFixed ? "sincos" : "learned",
    pool,
    inputChannels,
  };
}

const classToken = (pool: "class" | "mean") => (pool === "class" ? " and a class token" : "");

/** Patches on a side, and whether the class token has a position too: DeiT III's has none. Undefined where they make no square. */
export function gridOf(
  positions: FoundTensor,
  pool: "class" | "mean",
): { readonly grid: number; readonly before: 0 | 1 } | undefined {
  const [, count = 0] = ownShape(positions);
  for (const before of pool === "class" ? ([1, 0] as const) : ([0] as const)) {
    const grid = Math.sqrt(count - before);
    if (Number.isInteger(grid) && grid > 0) return { grid, before };
  }
  return undefined;
}

/** Whether they are MoCo v3's sines and cosines, and nothing at the class token; float32 is off by some 1e-6. */
function areFixed(positions: FoundTensor, pool: "class" | "mean"): boolean {
  const { shape, values } = positions.tensor;
  const width = shape.at(-1) as number;
  const found = gridOf(positions, pool);
  if (width % 4 !== 0 || !found) return false;
  const { grid } = found;
  const before = found.before * width;
  const fixed = tf.tidy(() => sinCosPositions(grid, grid, width).dataSync());
  return (
    values.subarray(0, before).every((value) => value === 0) &&
    fixed.every((value, i) => Math.abs(value - (values[before + i] as number)) < 1e-5)
  );
}
