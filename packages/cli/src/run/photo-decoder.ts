import { bilinearDecoder, type ImageDecoder } from "@simclr/data";
import { type TensorFlowJpegDecoder, tensorflowJpegDecoder } from "@simclr/runtime";

let jpeg: Promise<TensorFlowJpegDecoder> | undefined;

/**
 * What makes pixels of the command's photos: JPEG by TensorFlow, everything else by sharp, resampled as Pillow does. TensorFlow
 * is started with the first photo and not before, so that a folder that is not there is named before anything is downloaded.
 */
export function photoDecoder(): Promise<ImageDecoder> {
  return bilinearDecoder({
    jpeg: {
      name: "TensorFlow's DecodeJpeg",
      async decode(file, shrink, use) {
        jpeg ??= tensorflowJpegDecoder();
        return (await jpeg).decode(file, shrink, use);
      },
    },
  });
}
