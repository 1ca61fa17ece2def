import { parameterTensors, simclrView, view } from "@simclr/augmentations";
import { type ResnetDepth, resnet } from "@simclr/backbones";
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

export interface TrainingStepOptions {
  readonly batchSize: number;
  readonly depth?: ResnetDepth;
  readonly width?: number;
  readonly stem?: "cifar" | "imagenet";
  readonly imageSize?: number;
  /** Whether the two views are made in the step, or the images are taken for both. */
  readonly augment: boolean;
}

/** The training step that the benchmarks measure: a ResNet, two views, NT-Xent, SGD with Nesterov momentum. */
export function trainingStep(compile: Compile, options: TrainingStepOptions): Stepper {
  const { batchSize, depth = 18, width = 1, stem = "cifar", imageSize = 32, augment } = options;
  const backbone = resnet({ depth, width, stem });
  const head = nonlinearHead({ inputSize: backbone.featureSize });
  const recipe = imageSize > 32 ? { colorStrength: 1, blur: true } : { colorStrength: 0.5, blur: false };
  const augmented = augment ? simclrView({ imageSize, ...recipe }) : view([]);
  const optimizer = momentum({ learningRate: 0.03, momentum: 0.9, nesterov: true });
  const { init, step } = simclrStep({ backbone, head, views: [augmented, augmented], optimizer, temperature: 0.5 });
  const compiled = compile(step, { name: "training-step" });
  const [initKey, imageKey, viewKey] = split(randomKey(0), 3);
  let state = init(initKey);
  const shape: [number, number, number, number] = [batchSize, imageSize, imageSize, 3];
  const images = tf.tensor4d(randomIntegers(imageKey, batchSize * imageSize ** 2 * 3, 0, 256), shape, "int32");
  let count = 0;
  return {
    async run(steps) {
      let loss = Number.NaN;
      for (let i = 0; i < steps; i++) {
        const context = { batchSize, imageSize: [imageSize, imageSize] as const };
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
