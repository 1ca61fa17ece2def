import type { DecodeSettings } from "./image-decoder.js";
import type { ResampleTarget } from "./resample.js";

/**
 * The size that an image of `height` x `width` is resampled to, and the part of it that is kept.
 *
 * `"cover"` is torchvision's `Resize` of the short side and its `CenterCrop`, with their rounding: the long side down, the
 * margin to the nearest, a half to the even. `"contain"` rounds the other side to the nearest.
 */
export function fitted(height: number, width: number, { fit, imageShape }: DecodeSettings): ResampleTarget {
  const [fullHeight, fullWidth] = imageShape;
  if (fit === "contain") {
    const scale = Math.min(1, fullHeight / height, fullWidth / width);
    const size = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))] as const;
    return { size, top: 0, left: 0, height: size[0], width: size[1] };
  }
  const size =
    width * fullHeight <= height * fullWidth
      ? ([Math.floor((fullWidth * height) / width), fullWidth] as const)
      : ([fullHeight, Math.floor((fullHeight * width) / height)] as const);
  const margin = (whole: number, part: number) => roundHalfToEven((whole - part) / 2);
  const [top, left] = [margin(size[0], fullHeight), margin(size[1], fullWidth)];
  return { size, top, left, height: fullHeight, width: fullWidth };
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
