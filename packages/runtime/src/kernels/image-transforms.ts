import * as tf from "@tensorflow/tfjs-core";
import { text } from "./attributes.js";
import { registerKernel } from "./kernel.js";

interface RotateAttributes {
  readonly radians: number;
  readonly fillValue: number | readonly [number, number, number];
  readonly center: number | readonly [number, number];
}

interface TransformAttributes {
  readonly interpolation: "nearest" | "bilinear";
  readonly fillMode: "constant" | "reflect" | "wrap" | "nearest";
  readonly fillValue: number;
  readonly outputShape?: readonly [number, number];
}

/** tf.image.transform and tf.image.rotateWithOffset, which tfjs-node lacks, as TensorFlow's projective transform. */
export function registerImageTransforms(): void {
  registerKernel<"image" | "transforms", TransformAttributes>(
    tf.Transform,
    ({ image, transforms }, { interpolation, fillMode, fillValue, outputShape }, backend) => {
      const size = tf.tensor1d([...(outputShape ?? image.shape.slice(1, 3))], "int32");
      return backend.executeSingleOutput(
        "ImageProjectiveTransformV3",
        [text("interpolation", interpolation.toUpperCase()), text("fill_mode", fillMode.toUpperCase())],
        [image, transforms, size, tf.scalar(fillValue)],
      );
    },
  );
  registerKernel<"image", RotateAttributes>(
    tf.RotateWithOffset,
    ({ image }, { radians, fillValue, center }, backend) => {
      const [, height, width, channels] = image.shape as [number, number, number, number];
      const [x, y] = tf.backend_util.getImageCenter(center as number, height, width);
      const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
      const rows = [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y, 0, 0];
      // The operation fills with one number. With a colour, it turns what lies above that colour, and fills with zero.
      const colour =
        typeof fillValue === "number" ? Array(channels).fill(fillValue) : [...fillValue, 255].slice(0, channels);
      const background = tf.tensor1d(colour, image.dtype as "float32");
      const turned = backend.executeSingleOutput(
        "ImageProjectiveTransformV3",
        [text("interpolation", "NEAREST"), text("fill_mode", "CONSTANT")],
        [tf.sub(image, background), tf.tensor2d([rows]), tf.tensor1d([height, width], "int32"), tf.scalar(0)],
      );
      return tf.add(turned, background);
    },
  );
}
