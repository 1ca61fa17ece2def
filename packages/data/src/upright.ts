import type { DecodedPixels } from "./image-decoder.js";

/** Turns an image as EXIF's orientation asks: 2 to 4 mirror and turn it by half, 5 to 8 swap its rows and columns. */
export function upright(image: DecodedPixels, orientation: number): DecodedPixels {
  if (orientation === 1) return image;
  const { pixels, height, width } = image;
  const channels = pixels.length / (height * width);
  const swapped = orientation >= 5;
  const bottomUp = [3, 4, 7, 8].includes(orientation);
  const rightToLeft = [2, 3, 6, 7].includes(orientation);
  const [newHeight, newWidth] = swapped ? [width, height] : [height, width];
  // Where the new image's first pixel lies in the old one, and the steps from there to its next column and its next row.
  const [rowStep, columnStep] = [width * channels, channels];
  const acrossStep = (rightToLeft ? -1 : 1) * (swapped ? rowStep : columnStep);
  const downStep = (bottomUp ? -1 : 1) * (swapped ? columnStep : rowStep);
  const first = (rightToLeft ? -acrossStep * (newWidth - 1) : 0) + (bottomUp ? -downStep * (newHeight - 1) : 0);
  const turned = new Uint8Array(pixels.length);
  let out = 0;
  for (let y = 0; y < newHeight; y++) {
    let place = first + y * downStep;
    for (let x = 0; x < newWidth; x++, place += acrossStep) {
      for (let channel = 0; channel < channels; channel++) turned[out++] = pixels[place + channel] as number;
    }
  }
  return { pixels: turned, height: newHeight, width: newWidth };
}
