import { fileURLToPath } from "node:url";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { currentBackend, type TensorFlowBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import type { Binding } from "./binding.js";
import { DataType } from "./data-types.js";

let binding: Binding;
let backend: TensorFlowBackend;
beforeAll(async () => {
  await useTensorFlow();
});
beforeEach(() => {
  backend = currentBackend() as TensorFlowBackend;
  binding = backend.binding;
});

describe("values in TensorFlow's memory", () => {
  // An operation that hands its input on makes TensorFlow hold the values; before it they wait in JavaScript.
  const through = (tensor: tf.Tensor) => tf.reshape(tensor, tensor.shape);

  it("come back as they went: float32", () =>
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1 }), (values) => {
        expect(tf.tidy(() => through(tf.tensor1d(values)).dataSync())).toEqual(values);
      }),
    ));

  it("come back as they went: so many that they lie in huge pages", () => {
    const values = Float32Array.from({ length: 3 * 2 ** 20 + 1 }, (_, i) => i);
    expect(
      tf.tidy(() => Buffer.from(through(tf.tensor1d(values)).dataSync().buffer).equals(Buffer.from(values.buffer))),
    ).toBe(true);
  });

  it("come back as they went: int32", () =>
    fc.assert(
      fc.property(fc.int32Array(), (values) => {
        expect(tf.tidy(() => through(tf.tensor1d(values, "int32")).dataSync())).toEqual(values);
      }),
    ));

  it("come back as they went: bool", () => {
    const values = [true, false, true];
    expect([...through(tf.tensor1d(values, "bool")).dataSync()]).toEqual([1, 0, 1]);
  });

  it("come back as they went: strings of any bytes and length", () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 60 })), (values) => {
        expect(tf.tidy(() => through(tf.tensor1d(values, "string")).dataSync())).toEqual(values);
      }),
    ));

  it("come back as they went: complex64", () => {
    const z = tf.complex([1, 2.5], [-3, 4]);
    expect(tf.real(z).dataSync()).toEqual(Float32Array.of(1, 2.5));
    expect(tf.imag(z).dataSync()).toEqual(Float32Array.of(-3, 4));
    expect(through(z).dataSync()).toEqual(Float32Array.of(1, -3, 2.5, 4));
  });

  it("come back as they went: int64, given as pairs of int32 or as big integers", () => {
    const pairs = binding.createTensor([2], DataType.int64, Int32Array.of(7, 0, -2, -1));
    const large = binding.createTensor([2], DataType.int64, BigInt64Array.of(2n ** 60n, -5n));
    expect(binding.tensorDataSync(pairs)).toEqual(BigInt64Array.of(7n, -2n));
    expect(binding.tensorDataSync(large)).toEqual(BigInt64Array.of(2n ** 60n, -5n));
    for (const id of [pairs, large]) binding.deleteTensor(id);
  });

  it("come back as int32: uint8", () => {
    const id = binding.createTensor([2, 2], DataType.uint8, Uint8Array.of(0, 1, 128, 255));
    const [cast] = binding.executeOp(
      "Cast",
      [{ name: "DstT", type: binding.TF_ATTR_TYPE, value: DataType.float32 }],
      [id],
      1,
    );
    expect(binding.tensorDataSync(id)).toEqual(Int32Array.of(0, 1, 128, 255));
    expect(binding.tensorDataSync(cast?.id as number)).toEqual(Float32Array.of(0, 1, 128, 255));
    for (const tensor of [id, cast?.id as number]) binding.deleteTensor(tensor);
  });

  it.each(["float32", "int32", "bool", "string"] as const)("may be none at all: %s", (dtype) => {
    const empty = through(tf.tensor([], [0, 3], dtype));
    expect(empty.shape).toEqual([0, 3]);
    expect([...empty.dataSync()]).toEqual([]);
  });

  it("are refused when they do not fill the shape", () => {
    expect(() => binding.createTensor([3], DataType.float32, Float32Array.of(1, 2))).toThrow(
      "SIMCLR_ERROR__RUNTIME__VALUES_MISMATCH",
    );
  });
});

describe.each([
  ["here, as without a GPU", undefined],
  // The processor stands for it: what differs is the way that values are waited for.
  ["on another thread, as with one", "/job:localhost/replica:0/task:0/device:CPU:0"],
])("data() %s", (_, gpu) => {
  let own: string | undefined;
  beforeEach(() => {
    own = binding.native.gpu;
    Object.assign(binding.native, { gpu });
  });
  afterEach(() => {
    Object.assign(binding.native, { gpu: own });
  });

  it("reads more tensors at once than the binding's library has calls for", async () => {
    const tensors = Array.from({ length: 700 }, (_, i) => tf.add(tf.scalar(i), 1));
    const values = await Promise.all(tensors.map(async (tensor) => (await tensor.data())[0]));
    expect(values).toEqual(tensors.map((_, i) => i + 1));
    tf.dispose(tensors);
  });

  it("gives the same as dataSync(), and the event loop turns meanwhile", async () => {
    const a = tf.randomUniform([300, 300]);
    const product = tf.matMul(a, a);
    let turns = 0;
    let reading = true;
    const turn = () => {
      turns++;
      if (reading) setImmediate(turn);
    };
    setImmediate(turn);
    // Each read ends in a turn of its own. Were the waiting done here, promises alone would let no turn pass.
    for (let i = 0; i < 20; i++) expectClose(await product.data(), product);
    reading = false;
    expect(turns).toBeGreaterThan(0);
  });

  it("survives that the tensor is disposed while it is read", async () => {
    const before = binding.getNumOfTensors();
    const reads = Array.from({ length: 20 }, (_, i) => {
      const tensor = tf.fill([1000], i);
      const sum = tf.add(tensor, 1);
      const data = sum.data();
      tf.dispose([tensor, sum]);
      return data;
    });
    const values = await Promise.all(reads);
    expect(values.map((v) => v[999])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(binding.getNumOfTensors()).toBe(before);
  });
});

describe("operations", () => {
  it("take attributes of every kind that TensorFlow.js has", () => {
    const { TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_BOOL, TF_ATTR_SHAPE, TF_ATTR_TYPE, TF_ATTR_FLOAT } = binding;
    const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const pooled = backend.executeSingleOutput(
      "MaxPool",
      [
        { name: "ksize", type: TF_ATTR_INT, value: [1, 2, 2, 1] },
        { name: "strides", type: TF_ATTR_INT, value: [1, 1, 1, 1] },
        { name: "padding", type: TF_ATTR_STRING, value: "VALID" },
      ],
      [image],
    );
    expect([...pooled.dataSync()]).toEqual([4]);
    const variable = backend.executeSingleOutput(
      "VarHandleOp",
      [
        { name: "dtype", type: TF_ATTR_TYPE, value: DataType.float32 },
        { name: "shape", type: TF_ATTR_SHAPE, value: [2, 2] },
      ],
      [],
    );
    expect(variable.dtype).toBe("string"); // TensorFlow.js's label of a resource
    const sum = backend.executeSingleOutput(
      "Sum",
      [{ name: "keep_dims", type: TF_ATTR_BOOL, value: true }],
      [
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
        tf.tensor1d([1], "int32"),
      ],
    );
    expect([sum.shape, [...sum.dataSync()]]).toEqual([
      [2, 1],
      [3, 7],
    ]);
    const leaky = backend.executeSingleOutput(
      "LeakyRelu",
      [{ name: "alpha", type: TF_ATTR_FLOAT, value: 0.5 }],
      [tf.tensor1d([-2])],
    );
    expect([...leaky.dataSync()]).toEqual([-1]);
    const split = backend.executeMultipleOutputs(
      "Split",
      [{ name: "num_split", type: TF_ATTR_INT, value: 2 }],
      [tf.scalar(0, "int32"), tf.tensor1d([1, 2, 3, 4])],
      2,
    );
    expect(split.map((part) => [...part.dataSync()])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("say in a coded error what TensorFlow refused, and leave nothing", () => {
    const [a, b] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[1, 2]])];
    expectNoLeak(() => {
      expect(() => backend.executeSingleOutput("MatMul", [], [a, b])).toThrow(
        /SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED: expected TensorFlow to run MatMul; received .*Matrix size-incompatible/,
      );
      return undefined;
    });
  });

  it("refuse a tensor that is gone", () => {
    const id = binding.createTensor([1], DataType.float32, Float32Array.of(1));
    binding.deleteTensor(id);
    expect(() => binding.tensorDataSync(id)).toThrow("SIMCLR_ERROR__RUNTIME__TENSOR_UNKNOWN");
  });

  it("leave no tensor in TensorFlow's memory over 200 rounds", () => {
    const x = tf.ones([8, 8]);
    const round = () => tf.tidy(() => void tf.sum(tf.relu(tf.matMul(x, tf.add(x, 1)))).dataSync());
    round();
    const before = [tf.memory().numTensors, binding.getNumOfTensors()];
    for (let i = 0; i < 200; i++) round();
    expect([tf.memory().numTensors, binding.getNumOfTensors()]).toEqual(before);
  });
});

describe("saved models", () => {
  const directory = fileURLToPath(new URL("../fixtures/saved-model", import.meta.url));

  it("run, with strings and variables", () => {
    const id = binding.loadSavedModel(directory, "serve");
    expect(binding.getNumOfSavedModels()).toBe(1);
    const x = binding.createTensor([2, 3], DataType.float32, Float32Array.of(1, 0, 0, 1, 1, 1));
    const text = binding.createTensor([], DataType.string, [Buffer.from("grüße")]);
    const names = [
      "serving_default_x:0,serving_default_text:0",
      "StatefulPartitionedCall:1,StatefulPartitionedCall:0",
    ] as const;
    const [y, echo] = binding.runSavedModel(id, [x, text], ...names);
    // rows 1, 2 | 3, 4 | 5, 6 and the bias 0.5, -0.5
    expect(y).toMatchObject({ shape: [2, 2], dtype: DataType.float32 });
    expect(binding.tensorDataSync(y?.id as number)).toEqual(Float32Array.of(1.5, 1.5, 9.5, 11.5));
    expect(Buffer.from(binding.tensorDataSync(echo?.id as number)[0] as Uint8Array).toString()).toBe("grüße");
    expect(() => binding.runSavedModel(id, [x], ...names)).toThrow("SIMCLR_ERROR__RUNTIME__SAVED_MODEL_INVALID");
    expect(() => binding.runSavedModel(id, [x], "nothing:0", names[1])).toThrow("can not be found in the graph");
    for (const tensor of [x, text, y?.id as number, echo?.id as number]) binding.deleteTensor(tensor);
    binding.deleteSavedModel(id);
    expect(binding.getNumOfSavedModels()).toBe(0);
    expect(() => binding.deleteSavedModel(id)).toThrow("SIMCLR_ERROR__RUNTIME__SAVED_MODEL_UNKNOWN");
  });

  it("are refused when they are not there", () => {
    expect(() => binding.loadSavedModel("/nowhere", "serve")).toThrow(/Failed to load SavedModel.*nowhere/);
    expect(() => binding.loadSavedModel(directory, "train")).toThrow("SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED");
  });
});
