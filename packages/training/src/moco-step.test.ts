import { eager, randomKey, type TensorTree } from "@simclr/core";
import { emulateReplicas, expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import {
  count,
  describeMethod,
  imageTensor,
  optimizer,
  sampled,
  tiny,
  tinyInputs,
} from "./fixtures/describe-method.js";
import { expectTargetFollows } from "./fixtures/expect-target-follows.js";
import { expectTrajectory, methodParts, momentum, queueSize } from "./fixtures/methods.js";
import { scaledView } from "./fixtures/tiny-data.js";
import { mocoStep } from "./moco-step.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  // The batch's own keys fill the queue in two steps. The key network has four parameters and two statistics.
  describeMethod("mocoStep", (parts) => mocoStep({ ...parts, queueSize: 2 * count, momentum: 0.9 }), {
    compile,
    remembered: /^objectiveState\/(queue|target\/(params|batchStats)\/(backbone|head)\/.*)$/,
    rememberedCount: 7,
    filled: 3,
  });

  it("takes the steps of PyTorch and lightly, its key network and queue too", () => {
    tf.tidy(() => expectTrajectory("moco", mocoStep({ ...methodParts("moco"), queueSize, momentum })));
  });

  it("moves its target by the momentum alone, without a gradient", () => {
    expectTargetFollows((momentum) => mocoStep({ ...tiny, optimizer: optimizer(0.1), momentum, queueSize: 8 }));
  });

  it("queues the keys of all replicas, in the order of their ranks", () => {
    tf.tidy(() => {
      const given = [scaledView(1), scaledView(0.5)] as const;
      const parts = { ...tiny, views: given, optimizer: optimizer(0) };
      const replicas = emulateReplicas(2, (communicator) => {
        const step = mocoStep({ ...parts, queueSize: 2 * count + 1, communicator });
        const half = tf.add(imageTensor(), tf.scalar(communicator.rank, "int32"));
        const parameters = given.map((of) => sampled(of, 1));
        const { state } = step.step(
          step.init(randomKey(3)),
          half as tf.Tensor4D,
          ...(parameters as [TensorTree, TensorTree]),
        );
        return { queue: (state.objectiveState as unknown as { queue: tf.Tensor2D }).queue };
      });
      const [first, second] = replicas.map(({ queue }) => queue) as [tf.Tensor2D, tf.Tensor2D];
      expectClose(first, second);
      const initial = mocoStep({ ...parts, queueSize: 2 * count + 1 }).init(randomKey(3));
      const { queue } = initial.objectiveState as unknown as { queue: tf.Tensor2D };
      expectClose(tf.slice(first, [2 * count, 0]), tf.slice(queue, [0, 0], [1, -1]));
      expectClose(tf.norm(first, 2, 1), new Array(2 * count + 1).fill(1));
      const halves = tf.split(tf.slice(first, [0, 0], [2 * count, -1]), 2);
      const apart = tf.max(tf.abs(tf.sub(halves[0] as tf.Tensor, halves[1] as tf.Tensor))).dataSync()[0];
      expect(apart).toBeGreaterThan(1e-4);
    });
  });

  it("refuses what does not fit", () => {
    const parts = { ...tiny, optimizer: optimizer(0.1) };
    expect(() => mocoStep({ ...parts, queueSize: 0 })).toThrow(/INVALID_ARGUMENT.*size/);
    expect(() => mocoStep({ ...parts, momentum: -1 })).toThrow(/INVALID_ARGUMENT.*momentum/);
    const short = mocoStep({ ...parts, queueSize: count - 1 });
    expect(() => short.step(short.init(randomKey(0)), ...tinyInputs())).toThrow(/INVALID_ARGUMENT.*at most 3/);
  });
});
