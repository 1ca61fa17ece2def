import { batchNorm, sumOfSquares } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "../compile/compile.js";
import { describeEachBackend } from "../testing.js";

/** The same function on TensorFlow and on TensorFlow.js's cpu backend, which is the slow, independent implementation. */
async function expectSameAsCpu(fn: () => tf.Tensor | tf.Tensor[], tolerance?: { absolute: number }): Promise<void> {
  const on = async (backendName: string) => {
    await tf.setBackend(backendName);
    return tf.tidy(() => [fn()].flat().map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() })));
  };
  const expected = await on("cpu");
  const actual = await on("tensorflow");
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, { values }] of expected.entries()) expectClose(actual[i]?.values as Float32Array, values, tolerance);
}

const numbers = (shape: number[], seed = 1) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * 12.9898 + seed) * 3),
    shape,
  );

describe("kernels that tfjs-node lacks", () => {
  beforeAll(async () => {
    await useTensorFlow();
    await import("@tensorflow/tfjs-backend-cpu");
  });
  afterAll(async () => {
    await tf.setBackend("tensorflow");
  });

  it.each([
    [0.7, 0, 0.5],
    [-2, [9, 8, 7], [0.2, 0.9]],
    [1.5, 5, 0.5],
  ] as const)("rotates by %d as cpu does", (radians, fill, center) =>
    expectSameAsCpu(() =>
      tf.image.rotateWithOffset(numbers([2, 6, 5, 3]) as tf.Tensor4D, radians, fill as number, center as number),
    ),
  );

  it("sums squares as cpu does", () => expectSameAsCpu(() => sumOfSquares(numbers([7, 5, 3]))));

  it.each(["constant", "reflect", "wrap", "nearest"] as const)("transforms with fill mode %s as cpu does", (fillMode) =>
    expectSameAsCpu(
      () => {
        const transforms = tf.tensor2d([[0.9, 0.2, -1.3, -0.1, 1.1, 2.2, 0.01, -0.02]]);
        const images = numbers([1, 6, 5, 3]) as tf.Tensor4D; // of a batch, cpu's kernel transforms the first image alone
        return tf.image.transform(images, transforms, "bilinear", fillMode, 0.5, [7, 4]);
      },
      { absolute: 1e-4 },
    ),
  );

  it.each([
    [
      2,
      [
        [0, 0],
        [1, 0],
        [0, 2],
        [0, 0],
      ],
    ],
    [
      2,
      [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
    ],
    [
      1,
      [
        [0, 0],
        [2, 2],
        [2, 2],
        [0, 0],
      ],
    ],
  ] as [number, tf.backend_util.ExplicitPadding][])(
    "convolves with stride %d and %j zeros around, and has the gradients that cpu has",
    (stride, pad) =>
      expectSameAsCpu(
        () => {
          const convolved = (x: tf.Tensor, filter: tf.Tensor) =>
            tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
          const [x, filter] = [numbers([2, 6, 7, 3]), numbers([3, 3, 3, 4], 2)];
          const { value, grads } = tf.valueAndGrads((a, b) => tf.sum(tf.square(convolved(a, b))))([x, filter]);
          return [convolved(x, filter), value, ...grads];
        },
        { absolute: 0.1 },
      ),
  );

  it.each([true, false])("pools with argmax as cpu does, batch in the index: %s", (includeBatchInIndex) =>
    expectSameAsCpu(() => {
      const { result, indexes } = tf.maxPoolWithArgmax(
        numbers([2, 6, 7, 3]) as tf.Tensor4D,
        2,
        2,
        "valid",
        includeBatchInIndex,
      );
      return [result as tf.Tensor, indexes as tf.Tensor];
    }),
  );

  it.each([
    [1, 1, 2],
    [3, 4, 2],
    [4, 16, 2],
    [2, 9, 3],
    [64, 128, 2],
  ])(
    "has the filter's gradient of 1 x 1 convolutions as cpu has, %d to %d channels, stride %d",
    (inputs, outputs, stride) =>
      expectSameAsCpu(
        () => {
          const x = numbers([2, 9, 8, inputs]) as tf.Tensor4D;
          const convolve = (filter: tf.Tensor4D) => tf.conv2d(x, filter, stride, "same");
          return tf.grad((filter) => tf.sum(tf.square(convolve(filter as tf.Tensor4D))))(
            numbers([1, 1, inputs, outputs], 2),
          );
        },
        { absolute: 0.2 },
      ),
  );

  it.each([
    [
      [9, 1, 2, 3],
      [3, 3],
    ],
    [
      [2, 1, 2, 3],
      [2, 5, 3, 4],
    ],
    [
      [2, 3],
      [2, 1, 5, 3, 4],
    ],
  ] as [number[], number[]][])("multiplies matrices of %j by %j as written out", async (shapeA, shapeB) => {
    await tf.setBackend("tensorflow");
    const [a, b] = [numbers(shapeA), numbers(shapeB, 4)];
    expectClose(tf.matMul(a, b), tf.sum(tf.mul(tf.expandDims(a, -1), tf.expandDims(b, -3)), -2), { absolute: 1e-5 });
  });

  it("counts densely as cpu does", () =>
    expectSameAsCpu(() => [
      tf.denseBincount(tf.tensor1d([1, 5, 1, 9], "int32"), tf.tensor1d([1, 2, 3, 4]), 6),
      tf.denseBincount(
        tf.tensor2d(
          [
            [1, 2, 2],
            [0, 3, 3],
          ],
          undefined,
          "int32",
        ),
        tf.tensor2d([], [0, 0]),
        5,
        true,
      ),
    ]));

  it("steps as cpu does, NaN included", () =>
    expectSameAsCpu(() => [
      tf.step(tf.tensor1d([-2, 0, 3, Number.NaN]), 0.25),
      tf.step(tf.tensor1d([-2, 0, 3], "int32"), 2),
    ]));
});

describeEachBackend(() => {
  it("has the gradients of relu, sum and mean", () => {
    const x = tf.tensor2d([
      [1, -2, 3],
      [-4, 5, 0],
    ]);
    const gradient = (fn: (x: tf.Tensor) => tf.Tensor) => tf.grad(fn)(x);
    expectClose(
      gradient((t) => tf.sum(tf.mul(tf.relu(t), 3))),
      [3, 0, 3, 0, 3, 0],
    );
    expectClose(
      gradient((t) => tf.sum(tf.mul(tf.sum(t, 0), tf.tensor1d([1, 2, 3])))),
      [1, 2, 3, 1, 2, 3],
    );
    expectClose(
      gradient((t) => tf.sum(tf.mul(tf.mean(t, 1, true), tf.tensor2d([[3], [6]])))),
      [1, 1, 1, 2, 2, 2],
    );
    expectClose(
      gradient((t) => tf.mean(tf.square(t))),
      [2, -4, 6, -8, 10, 0].map((v) => v / 6),
    );
  });

  it("has the second derivatives of relu, sum and mean", () => {
    const cube = (x: tf.Tensor) => tf.mean(tf.sum(tf.mul(tf.square(x), tf.relu(x)), 0));
    const second = tf.grad((x: tf.Tensor) => tf.sum(tf.grad(cube)(x)));
    expectClose(
      second(
        tf.tensor2d([
          [1, -2],
          [3, 4],
        ]),
      ),
      [3, 0, 9, 12],
    );
  });

  it("leaves no tensor in a gradient", () => {
    const x = tf.tensor2d([[1, -2, 3]]);
    expectNoLeak(() => tf.grad((t: tf.Tensor) => tf.mean(tf.relu(tf.sum(t, 0))))(x));
  });
});

describe("gather in a recording", () => {
  beforeAll(async () => {
    await useTensorFlow();
  });

  it.each([true, false])("has the values and the gradient of the eager one, with xla %s", (xla) => {
    const [x, indices] = [numbers([5, 3]), tf.tensor1d([4, 0, 4, 2], "int32")];
    const weights = numbers([4, 3], 7);
    const both = (table: tf.Tensor, rows: tf.Tensor) => {
      const loss = (t: tf.Tensor) => tf.sum(tf.mul(weights, tf.square(tf.gather(t, rows as tf.Tensor1D))));
      const columns = tf.gather(table, tf.tensor1d([2, 0], "int32"), 1);
      return { rows: tf.gather(table, rows as tf.Tensor1D), columns, gradient: tf.grad(loss)(table) };
    };
    const compiled = compile(both, { xla });
    const [actual, expected] = [compiled(x, indices), both(x, indices)];
    for (const name of ["rows", "columns", "gradient"] as const) expectClose(actual[name], expected[name]);
    compiled.dispose();
  });
});

describe("a sum of squares", () => {
  beforeAll(async () => {
    await useTensorFlow();
  });

  it.each([false, true])("of many values has the digits of one in float64, recorded with xla %s", (xla) => {
    const compiled = compile((t: tf.Tensor) => sumOfSquares(t), { xla });
    for (const shape of [[3, 3, 512, 512], [1000, 3], [], [0, 2]]) {
      const x = tf.randomUniform(shape, -1, 3, "float32", 1);
      const exact = (x.dataSync() as Float32Array).reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs((compiled(x).dataSync()[0] as number) - exact)).toBeLessThanOrEqual(2e-6 * exact);
    } // biome-ignore format: as it is
    compiled.dispose();
  });
});

describe("fused batch norm", () => {
  beforeAll(async () => {
    await useTensorFlow();
  });

  // A communicator of two replicas that hold the same batch takes the composed form, and its means are the batch's own.
  const twins = { rank: 0, size: 2, allReduceMean: <T>(tree: T) => tree, allGather: <T>(tensor: T) => tensor };

  it.each([[[4, 5, 3, 6]], [[32, 6]]])("equals the composed form in value, statistics and gradient for %j", (shape) => {
    const x = numbers(shape);
    const running = { mean: tf.zeros<tf.Rank.R1>([6]), variance: tf.ones<tf.Rank.R1>([6]) };
    const [scale, offset] = [numbers([6], 5) as tf.Tensor1D, numbers([6], 9) as tf.Tensor1D];
    const weights = numbers(shape, 3);
    const form = (communicator?: typeof twins) => {
      const apply = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
        batchNorm(x, running, {
          training: true,
          scale: scale as tf.Tensor1D,
          offset: offset as tf.Tensor1D,
          communicator,
        });
      const loss = (...args: tf.Tensor[]) => {
        const { output } = apply(...(args as [tf.Tensor, tf.Tensor, tf.Tensor]));
        return tf.sum(tf.mul(weights, tf.square(output)));
      };
      const { output, statistics } = apply(x, scale, offset);
      return [output, statistics.mean, statistics.variance, ...tf.grads(loss as never)([x, scale, offset])];
    };
    const fused = form();
    const composed = form(twins);
    for (const [i, tensor] of composed.entries())
      expectClose(fused[i] as tf.Tensor, tensor, { absolute: 2e-4, relative: 1e-4 });
  });
});
