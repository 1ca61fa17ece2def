// A backbone, an augmentation and a loss of one's own, plugged into the training step. Runs in seconds.
import {
  type Augmentation,
  parameterTensor,
  randomResizedCrop,
  tensorflowCropSampler,
  view,
} from "@simclr/augmentations";
import {
  type Backbone,
  below,
  convolution,
  disposeTree,
  type Parameters,
  randomKey,
  split,
  uniform,
  varianceScaling,
} from "@simclr/core";
import { digits, subset } from "@simclr/data";
import { type Encoder, embed, knn } from "@simclr/evaluation";
import { linearHead } from "@simclr/heads";
import type { ContrastiveLoss } from "@simclr/losses";
import { adam } from "@simclr/optimizers";
import { compile, useTensorFlow } from "@simclr/runtime";
import { pretrain, simclrStep } from "@simclr/training";
import * as tf from "@tensorflow/tfjs-core";

/** Three strided convolutions: 28 x 28 gray pixels become 96 numbers. */
const channels = [1, 24, 48, 96] as const;
const backbone: Backbone = {
  spec: { kind: "three-convolutions" },
  featureSize: channels[3],
  init: (key) => {
    const kernel = (layer: number) =>
      varianceScaling(split(key, 3)[layer] ?? key, [3, 3, channels[layer] ?? 1, channels[layer + 1] ?? 1]);
    return { params: { "conv0/kernel": kernel(0), "conv1/kernel": kernel(1), "conv2/kernel": kernel(2) }, state: {} };
  },
  apply: (params, state, images) => {
    const layer = (x: tf.Tensor, path: string) =>
      tf.relu(convolution(x as tf.Tensor4D, params[path] as tf.Tensor4D, 2));
    const last = ["conv0/kernel", "conv1/kernel", "conv2/kernel"].reduce(layer, images);
    return { outputs: { features: tf.mean(last, [1, 2]) }, state };
  },
};

/** Blackens a square at random (cutout, DeVries and Taylor 2017): chance on the host, arithmetic on the device. */
const cutout = (size: number): Augmentation<{ top: number[]; left: number[] }> => ({
  name: "cutout",
  sample: (key, { batchSize, imageSize: [height, width] }) => {
    const [topKey, leftKey] = split(key, 2);
    return {
      top: [...uniform(topKey, batchSize, 0, height - size)],
      left: [...uniform(leftKey, batchSize, 0, width - size)],
    };
  },
  apply: (images, parameters) => {
    const [batch, height, width] = images.shape;
    const inside = (name: string, length: number) => {
      const distance = tf.sub(
        tf.range(0, length),
        tf.reshape(parameterTensor("cutout", parameters, name, [batch]), [batch, 1]),
      );
      return tf.cast(tf.logicalAnd(tf.greaterEqual(distance, 0), tf.less(distance, size)), "float32");
    };
    const [rows, columns] = [
      tf.reshape(inside("top", height), [batch, height, 1, 1]),
      tf.reshape(inside("left", width), [batch, 1, width, 1]),
    ];
    return tf.mul(images, tf.sub(1, tf.mul(rows, columns)));
  },
});

/** Alignment and uniformity (Wang and Isola 2020): pairs close, everything else spread over the sphere. */
const alignmentAndUniformity: ContrastiveLoss = (viewA, viewB) => {
  const onSphere = (x: tf.Tensor2D): tf.Tensor2D => tf.div(x, tf.norm(x, "euclidean", 1, true));
  const uniformity = (x: tf.Tensor2D) => tf.log(tf.mean(tf.exp(tf.mul(tf.sub(tf.matMul(x, x, false, true), 1), 4))));
  const [a, b] = [onSphere(viewA), onSphere(viewB)];
  const alignment = tf.mean(tf.sum(tf.squaredDifference(a, b), 1));
  return tf.add(alignment, tf.div(tf.add(uniformity(a), uniformity(b)), 2));
};

await useTensorFlow();
const train = subset(
  await digits(),
  Array.from({ length: 2000 }, (_, i) => 4 * i),
);
const test = subset(
  await digits({ split: "test" }),
  Array.from({ length: 1000 }, (_, i) => 2 * i),
);
const accuracy = async (params: Parameters) => {
  const encode: Encoder = (images) =>
    backbone.apply(params, {}, images, { training: false }).outputs.features as tf.Tensor2D;
  const { top1 } = await knn(await embed(encode, train, { compile }), await embed(encode, test, { compile }), {
    k: 20,
    classCount: 10,
  });
  return `${(100 * top1).toFixed(1)}%`;
};

const crop = randomResizedCrop({ imageSize: 28, sampler: tensorflowCropSampler({ areaRange: [0.4, 1] }) });
const ownView = view([crop, cutout(8)]);
const step = simclrStep({
  backbone,
  head: linearHead({ inputSize: backbone.featureSize, outputSize: 32 }),
  views: [ownView, ownView],
  loss: alignmentAndUniformity,
  optimizer: adam({ learningRate: 0.003 }),
});
const before = step.init(randomKey(0));
const { state, metrics } = await pretrain({
  dataset: train,
  step,
  batchSize: 100,
  epochs: 15,
  key: randomKey(0),
  compile,
});
const [untrained, trained] = [
  await accuracy(below("backbone", before.params)),
  await accuracy(below("backbone", state.params)),
];
console.log(`loss ${metrics?.loss?.toFixed(3)}; kNN of the backbone untrained ${untrained}, trained ${trained}`);
disposeTree([state, before]);
