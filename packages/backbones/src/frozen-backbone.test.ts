import { isSimclrError, lossAndGradients } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tfjs from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { backboneContract } from "./contract.js";
import { backboneFromSpec, frozenBackbone } from "./index.js";

/** A graph of one operation, as a converter writes it: relu(x), `[batch, 2, 2, 1]`. */
const reluGraph = {
  node: [
    {
      name: "x",
      op: "Placeholder",
      attr: {
        dtype: { type: "DT_FLOAT" },
        shape: { shape: { dim: [{ size: "-1" }, { size: "2" }, { size: "2" }, { size: "1" }] } },
      },
    },
    { name: "features", op: "Relu", input: ["x"], attr: { T: { type: "DT_FLOAT" } } },
  ],
  versions: { producer: 1 },
};

describeEachBackend(() => {
  let layers: tfjs.LayersModel;
  let graph: tfjs.GraphModel;
  beforeAll(async () => {
    layers = tfjs.sequential({
      layers: [
        tfjs.layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu", inputShape: [6, 6, 3] }),
        tfjs.layers.globalAveragePooling2d({}),
        tfjs.layers.dense({ units: 5 }),
      ],
    });
    graph = await tfjs.loadGraphModel({ load: async () => ({ modelTopology: reluGraph, weightSpecs: [] }) });
  });
  const ofLayers = () => frozenBackbone(layers, { featureSize: 5, name: "mine" });
  backboneContract("a tf.LayersModel, frozen", {
    create: ofLayers,
    rebuild: (spec) => backboneFromSpec(spec, { frozen: ofLayers }),
    imagesShape: [3, 6, 6, 3],
    compile,
  });

  it("gives a tf.GraphModel images in its range, and the average of what it makes of them", () => {
    const backbone = frozenBackbone(graph, { featureSize: 1, inputRange: [-1, 1] });
    expectNoLeak(() => {
      const images = tf.tensor4d([0, 0.25, 0.75, 1, 1, 1, 1, 1], [2, 2, 2, 1]);
      const { features } = backbone.apply({}, {}, images, { training: true }).outputs;
      expectClose(features as tf.Tensor, [(0.5 + 1) / 4, 1]); // of -1, -0.5, 0.5 and 1
      images.dispose();
      return features;
    });
  });

  it("keeps nothing for a backward pass, and trains what stands on it", () => {
    tf.tidy(() => {
      const images = tf.ones<tf.Rank.R4>([4, 6, 6, 3]);
      const weight = tf.ones([5, 1]);
      let saved = 0;
      const { gradients } = lossAndGradients({ weight }, () => {
        const { features } = ofLayers().apply({}, {}, images, { training: true }).outputs;
        saved = (tf.engine().state.activeTape ?? []).reduce((sum, node) => sum + (node.saved?.length ?? 0), 0);
        return { loss: tf.sum(tf.matMul(features as tf.Tensor2D, weight as tf.Tensor2D)) as tf.Scalar, auxiliary: {} };
      });
      expect(saved).toBe(0);
      expectClose(gradients.weight as tf.Tensor, tf.sum(layers.predict(images) as tf.Tensor, 0), { relative: 1e-4 });
    });
  });

  it("refuses features of another size, and a size that is none", () => {
    const wrong = frozenBackbone(layers, { featureSize: 4 });
    const applied = () => tf.tidy(() => void wrong.apply({}, {}, tf.ones([2, 6, 6, 3]), { training: false }));
    expect(thrownBy(applied, "SIMCLR_ERROR__CORE__SHAPE_MISMATCH")).toBe(true);
    expect(thrownBy(() => frozenBackbone(layers, { featureSize: 0 }), "SIMCLR_ERROR__CORE__INVALID_ARGUMENT")).toBe(
      true,
    );
  });
});

function thrownBy(fn: () => unknown, code: Parameters<typeof isSimclrError>[1]): boolean {
  try {
    fn();
  } catch (error) {
    return isSimclrError(error, code);
  }
  return false;
}
