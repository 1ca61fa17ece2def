import { decodingQueue } from "./decode-image.js";
import { fitted } from "./fitted.js";
import type { DecodedPixels, DecodeSettings, ImageDecoder, JpegDecoder, UsePixels } from "./image-decoder.js";
import { type JpegHeader, jpegHeader } from "./jpeg-header.js";
import { type ResampleTarget, resample } from "./resample.js";
import { loadSharp, sharpName, sharpPixels } from "./sharp-decoder.js";
import { isSrgbProfile } from "./srgb-profile.js";
import { upright } from "./upright.js";

export interface BilinearDecoderOptions {
  /** Decodes plain JPEG files; `tensorflowJpegDecoder()` of `@simclr/runtime` is one. Default: sharp decodes them too. */
  readonly jpeg?: JpegDecoder;
}

/**
 * Decodes with `jpeg` and sharp, and resamples as Pillow does with BILINEAR: `"cover"` gives the bytes of torchvision's
 * `Resize`, `CenterCrop` and `PILToTensor`, whichever decoder is behind it.
 *
 * Files that `jpeg` does not take go to sharp: other formats, JPEG in CMYK or with a colour profile other than sRGB, gray
 * images asked for in one channel, and those that `jpeg` finds corrupt, of which sharp then judges. An image of more than four times
 * the size it is resampled to is decoded at a half, a quarter or an eighth, and remains at least twice as large as that,
 * as with Pillow's `draft` and `reducing_gap=2`.
 *
 * @throws SIMCLR_ERROR__DATA__PACKAGE_MISSING
 * @example
 * ```ts
 * import { bilinearDecoder, imageFolder } from "@simclr/data";
 * const photos = await imageFolder("photos", { imageSize: [32, 32], fit: "cover", decoder: await bilinearDecoder() });
 * console.log((await photos.read([0])).shape); // [1, 32, 32, 3]
 * ```
 */
export async function bilinearDecoder({ jpeg }: BilinearDecoderOptions = {}): Promise<ImageDecoder> {
  const sharp = await loadSharp();

  function decodeJpeg<T>(decoder: JpegDecoder, job: Job<T>, { orientation, ...stored }: JpegHeader): Promise<T> {
    const isTurned = orientation >= 5;
    const [height, width] = isTurned ? [stored.width, stored.height] : [stored.height, stored.width];
    const plan = planOf(height, width, job.settings);
    return decoder.decode(job.file, plan.shrink, (image) => resampled(upright(image, orientation), plan, job.use));
  }

  async function decodeOther<T>({ file, settings, use }: Job<T>): Promise<T> {
    const image = sharp(file, { failOn: "error" });
    const { height, width } = (await image.metadata()).autoOrient;
    const plan = planOf(height, width, settings);
    image.autoOrient();
    if (plan.shrink > 1) {
      const [halfHeight, halfWidth] = plan.target.span.map(Math.ceil) as [number, number];
      image.resize({ height: halfHeight, width: halfWidth, fit: "fill", kernel: "linear" });
    }
    return resampled(await sharpPixels(image, settings), plan, use);
  }

  return {
    name: ["bilinear as Pillow's", ...(jpeg ? [jpeg.name] : []), sharpName(sharp)].join(", "),
    concurrency: 64,
    async decode(file, settings, use) {
      const job = { file, settings, use };
      const header = jpeg && settings.imageShape[2] === 3 ? jpegHeader(file) : undefined;
      const other = () => decodingQueue(() => decodeOther(job));
      if (!jpeg || !header || !isPlain(header)) return other();
      return decodeJpeg(jpeg, job, header).catch(other);
    },
  };
}

interface Job<T> {
  readonly file: Uint8Array;
  readonly settings: DecodeSettings;
  readonly use: UsePixels<T>;
}

interface Plan {
  readonly shrink: 1 | 2 | 4 | 8;
  /** `span`: the image's size after it was shrunk; where that is no whole number, the last pixels lie half outside. */
  readonly target: Required<ResampleTarget>;
}

const isPlain = ({ components, profile }: JpegHeader) =>
  (components === 1 || components === 3) && (!profile || isSrgbProfile(profile));

function planOf(height: number, width: number, settings: DecodeSettings): Plan {
  const target = fitted(height, width, settings);
  const [newHeight, newWidth] = target.size;
  const isEnough = (shrink: number) => height >= 2 * shrink * newHeight && width >= 2 * shrink * newWidth;
  const shrink = ([8, 4, 2] as const).find(isEnough) ?? 1;
  return { shrink, target: { ...target, span: [height / shrink, width / shrink] } };
}

function resampled<T>(image: DecodedPixels, { target }: Plan, use: UsePixels<T>): T {
  const { size, height, width } = target;
  const isWhole = height === size[0] && width === size[1];
  if (isWhole && image.height === size[0] && image.width === size[1]) return use(image);
  return resample(image, target, use);
}
