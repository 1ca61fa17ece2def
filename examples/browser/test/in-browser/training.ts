import { parameterTensors, simclrView } from "@simclr/augmentations";
import { resnet } from "@simclr/backbones";
import { eager, randomKey } from "@simclr/core";
import { nonlinearHead } from "@simclr/heads";
import { lars } from "@simclr/optimizers";
import { simclrStep } from "@simclr/training/step";
import * as tf from "@tensorflow/tfjs-core";

/** The loss of two steps: the second sees what the first one learned. */
export async function numbers(): Promise<number[]> {
  const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
  const head = nonlinearHead({ inputSize: backbone.featureSize });
  const view = simclrView({ imageSize: 8 });
  const { init, step } = simclrStep({ backbone, head, views: [view, view], optimizer: lars({ learningRate: 0.3 }) });
  const bytes = Int32Array.from({ length: 4 * 12 * 12 * 3 }, (_, i) => (i * 37 + (i >> 4) * 11) % 256);
  const images = tf.tensor4d(bytes, [4, 12, 12, 3], "int32");
  const sample = (seed: number) =>
    parameterTensors(view.sample(randomKey(seed), { batchSize: 4, imageSize: [12, 12] }));
  const train = eager(step);
  const first = train(init(randomKey(0)), images, sample(1), sample(2));
  const second = train(first.state, images, sample(3), sample(4));
  return [first, second].map(({ metrics }) => metrics.loss?.dataSync()[0] as number);
}
