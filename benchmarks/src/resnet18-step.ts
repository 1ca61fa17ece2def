import { parameterTensors, simclrView, view } from "@simclr/augmentations";
import { resnet } from "@simclr/backbones";
import { type Compile, disposeTree, foldIn, randomIntegers, randomKey, split, type TensorTree } from "@simclr/core";
import { nonlinearHead } from "@simclr/heads";
import { momentum } from "@simclr/optimizers";
import { simclrStep } from "@simclr/training/step";
import * as tf from "@tensorflow/tfjs-core";

export interface Stepper {
  /** Runs steps and returns the last one's loss. Sampling and uploading of view parameters are part of a step. */
  run(steps: number): Promise<number>;
  dispose(): void;
}

/** The training step that the benchmarks measure: CIFAR ResNet-18, two views, NT-Xent, SGD with Nesterov momentum. */
export function resnet18Step(
  compile: Compile,
  { batchSize, augment, width = 1 }: { batchSize: number; augment: boolean; width?: number },
): Stepper {
  const backbone = resnet({ depth: 18, width, stem: "cifar" });
  const head = nonlinearHead({ inputSize: backbone.featureSize });
  const augmented = augment ? simclrView({ imageSize: 32, colorStrength: 0.5, blur: false }) : view([]);
  const optimizer = momentum({ learningRate: 0.03, momentum: 0.9, nesterov: true });
  const { init, step } = simclrStep({ backbone, head, views: [augmented, augmented], optimizer, temperature: 0.5 });
  const compiled = compile(step, { name: "resnet18-step" });
  const [initKey, imageKey, viewKey] = split(randomKey(0), 3);
  let state = init(initKey);
  const shape: [number, number, number, number] = [batchSize, 32, 32, 3];
  const images = tf.tensor4d(randomIntegers(imageKey, batchSize * 32 * 32 * 3, 0, 256), shape, "int32");
  let count = 0;
  return {
    async run(steps) {
      let loss = Number.NaN;
      for (let i = 0; i < steps; i++) {
        const context = { batchSize, imageSize: [32, 32] as const };
        const [keyA, keyB] = split(foldIn(viewKey, count++), 2);
        const parameters = [keyA, keyB].map((key) => parameterTensors(augmented.sample(key, context))) as [
          TensorTree,
          TensorTree,
        ];
        const result = await compiled.async(state, images, ...parameters);
        disposeTree(state as unknown as TensorTree);
        disposeTree(parameters);
        state = result.state;
        if (i === steps - 1) loss = (await (result.metrics.loss as tf.Tensor).data())[0] as number;
        disposeTree(result.metrics);
      }
      return loss;
    },
    dispose() {
      disposeTree(state as unknown as TensorTree);
      images.dispose();
      compiled.dispose();
    },
  };
}
