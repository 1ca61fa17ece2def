import type { VitSpec } from "@simclr/backbones";
import type { HostTensor } from "@simclr/core";
import { gridOf } from "./infer-vit.js";
import type { FoundEncoder } from "./names/found-encoder.js";

/**
 * A vision transformer's positions for images of another size than the file's: the class token's stays, zeros where it has none, the
 * patches' are interpolated. Fixed positions are computed and need none of the file's.
 */
export function fitPositions<Found extends FoundEncoder>(read: Found, spec: VitSpec): Found {
  const positions = read.found.get("positions");
  if (!positions) return read;
  if (spec.positions === "sincos") {
    const found = new Map([...read.found].filter(([path]) => path !== "positions"));
    return { ...read, found, unused: [...read.unused, positions.name] };
  }
  const from = gridOf(positions, spec.pool);
  if (from === undefined) return read;
  const to = spec.imageSize / spec.patchSize;
  const resized = from.grid === to ? positions.tensor : resizePositions(positions.tensor, from.grid, to, from.before);
  const tensor = spec.pool === "class" && from.before === 0 ? afterZeros(resized) : resized;
  return { ...read, found: new Map([...read.found, ["positions", { ...positions, tensor }]]) };
}

/** With one position of zeros before all others. */
function afterZeros({ shape, values }: HostTensor): HostTensor {
  const [, count = 0, channels = 0] = shape;
  const all = new Float32Array((1 + count) * channels);
  all.set(values, channels);
  return { dtype: "float32", shape: [1, 1 + count, channels], values: all };
}

/**
 * Positions of a grid of patches on another grid, by bicubic interpolation with a = -0.75 between the centres of patches, the border repeated.
 *
 * @param positions `[1, before + from * from, channels]`, float32
 * @param before how many positions come before the patches' and stay: a class token's
 * @returns `[1, before + to * to, channels]`
 * @see PyTorch's `interpolate(mode="bicubic", align_corners=False)`, by which DeiT, MAE and BEiT do it. DINO's adds 0.1 to the scale;
 *   timm's has `antialias=True` and a = -0.5; torchvision's `interpolate_embeddings` aligns corners
 */
export function resizePositions(positions: HostTensor, from: number, to: number, before: number): HostTensor {
  const channels = positions.shape.at(-1) as number;
  const { values } = positions;
  const taps = Array.from({ length: to }, (_, at) => tapsOf(at, from, to));
  const resized = new Float32Array((before + to * to) * channels);
  resized.set(values.subarray(0, before * channels));
  for (let row = 0; row < to; row++) {
    for (let column = 0; column < to; column++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (const [y, down] of taps[row] as Taps) {
          for (const [x, across] of taps[column] as Taps) {
            sum += down * across * (values[(before + y * from + x) * channels + channel] as number);
          }
        }
        resized[(before + row * to + column) * channels + channel] = sum;
      }
    }
  }
  return { dtype: "float32", shape: [1, before + to * to, channels], values: resized };
}

type Taps = readonly (readonly [index: number, weight: number])[];

/** The four patches that one is made of along an axis, and their shares. */
function tapsOf(at: number, from: number, to: number): Taps {
  const centre = ((at + 0.5) * from) / to - 0.5;
  const first = Math.floor(centre) - 1;
  return [0, 1, 2, 3].map((tap) => {
    const index = Math.min(Math.max(first + tap, 0), from - 1);
    return [index, cubic(Math.abs(centre - first - tap))] as const;
  });
}

const a = -0.75;

/** Keys' cubic convolution kernel, 0 from a distance of 2 on. */
function cubic(distance: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}
