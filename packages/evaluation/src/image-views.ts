import {
  centerCrop,
  horizontalFlip,
  type ImageSize,
  randomApply,
  randomResizedCrop,
  type View,
  view,
} from "@simclr/augmentations";

/**
 * How supervised training sees images: random resized crop and flip, without colour and blur.
 *
 * @see Chen et al. 2020, appendices B.4 and B.5; google-research/simclr@383d414 tf2/data.py, `is_pretrain=False`
 */
export function supervisedView(imageSize: ImageSize): View {
  return view([randomResizedCrop({ imageSize }), randomApply(horizontalFlip(), 0.5)]);
}

/**
 * How test images are seen: the centre, 0.875 of it, or for images of at most 32 pixels all of it.
 *
 * @see google-research/simclr@383d414 tf2/data.py, `get_preprocess_fn`: "Disable test cropping for small images"
 */
export function testView(imageSize: ImageSize): View {
  const proportion = Math.max(...imageSize) <= 32 ? 1 : 0.875;
  return view([centerCrop({ imageSize, proportion })]);
}
