import { disposeTree, randomKey } from "@simclr/core";
import { expectNoLeak } from "@simclr/core/testing";
import { sgd } from "@simclr/optimizers";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { tinyView } from "./fixtures/tiny-data.js";
import { tinyBackbone, tinyHead } from "./fixtures/tiny-models.js";
import type { InitialNetwork } from "./initial-network.js";
import { mocoStep } from "./moco-step.js";
import { simclrStep } from "./simclr-step.js";

const parts = (initialNetwork?: InitialNetwork) => ({
  backbone: tinyBackbone(),
  head: tinyHead(),
  views: [tinyView(), tinyView()] as const,
  optimizer: sgd({ learningRate: 0.1 }),
  ...(initialNetwork && { initialNetwork }),
});
const numbers = (tree: Readonly<Record<string, tf.Tensor>>, prefix = "") =>
  Object.entries(tree).flatMap(([path, tensor]) => (path.startsWith(prefix) ? [[path, [...tensor.dataSync()]]] : []));

describeEachBackend(() => {
  it("begins with the numbers of another network, and its target too; what is left out is random", () => {
    const other = simclrStep(parts()).init(randomKey(1));
    const own = simclrStep(parts()).init(randomKey(2));
    const backbone = Object.fromEntries(Object.entries(other.params).filter(([path]) => path.startsWith("backbone/")));
    const statistics = { "backbone/norm/mean": tf.fill([8], 3) };
    const { params, batchStats, objectiveState } = mocoStep({
      ...parts({ params: backbone, state: statistics }),
      queueSize: 4,
    }).init(randomKey(2));
    expect(numbers(params, "backbone/")).toEqual(numbers(other.params, "backbone/"));
    expect(numbers(params, "head/")).toEqual(numbers(own.params, "head/"));
    expect(numbers(batchStats)).toEqual(numbers({ ...own.batchStats, ...statistics }));
    const { target } = objectiveState as unknown as { target: { params: Record<string, tf.Tensor> } };
    expect(numbers(target.params)).toEqual(numbers(params));
    disposeTree([other, own, statistics, { params, batchStats, objectiveState }]);
  });

  it("borrows them, and makes nothing that the state does not own", () => {
    const { params, batchStats: state, ...rest } = simclrStep(parts()).init(randomKey(1));
    expectNoLeak(() => simclrStep(parts({ params, state })).init(randomKey(2)));
    expect(numbers(params).length).toBe(4);
    disposeTree([params, state, rest]);
  });

  it("refuses numbers of another network", () => {
    tf.tidy(() => {
      const begin = (params: InitialNetwork["params"]) => () =>
        simclrStep(parts({ params, state: {} })).init(randomKey(2));
      expect(begin({ "backbone/conv/kernel": tf.zeros([3, 3, 1, 8]) })).toThrow(
        /INVALID_ARGUMENT.*shape \[3, 3, 3, 8\]/,
      );
      expect(begin({ "backbone/other": tf.zeros([1]) })).toThrow(/INVALID_ARGUMENT.*which the network has not/);
    });
  });
});
