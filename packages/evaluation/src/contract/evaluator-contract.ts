import { type Compile, disposeTree, flattenTree, isSimclrError, randomKey, type TensorTree } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import type { Dataset } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "../evaluator.js";
import { tintedSquares } from "./tinted-squares.js";

export interface EvaluatorContract<Subject, Options> {
  readonly evaluator: Evaluator<Subject, Options>;
  /** Its own options, small: 36 train, 12 validation and 18 test images of 3 classes come. */
  readonly options: Options;
  /** What is evaluated, made anew for every test, of images `[batch, side, side, 3]`. */
  readonly create: () => {
    readonly subject: Subject;
    /** All tensors of the subject: looked at for changes, and freed after the test. */
    readonly parameters: TensorTree;
  };
  /** The same with features that are NaN. Left out for what cannot have any. */
  readonly createBroken?: EvaluatorContract<Subject, Options>["create"];
  /** Height and width of the images. Default 4. */
  readonly side?: number;
  /** How many classes it tells apart, where it makes them itself and reads no labels. Left out: the images' own 3. */
  readonly ownClassCount?: 2 | 3;
  /** Options that ask for more neighbours than the train images there are. Left out where none are asked for. */
  readonly tooManyNeighbours?: Options;
  /** Pass the one of @simclr/runtime to prove that the evaluator compiles. */
  readonly compile?: Compile;
  /** How far the compiled metrics may be from the others. Default 0.1: two of the test images. */
  readonly compiledTolerance?: number;
}

/**
 * What every {@link Evaluator} promises, ours or yours, as a suite: call it in a vitest file, with a backend chosen.
 *
 * ```js
 * import { rawPixels } from "@simclr/evaluation";
 * import { evaluatorContract } from "@simclr/evaluation/contract";
 * const create = () => ({ subject: rawPixels, parameters: {} });
 * evaluatorContract("myEvaluator", { evaluator: myEvaluator, options: {}, create });
 * ```
 */
export function evaluatorContract<Subject, Options>(name: string, contract: EvaluatorContract<Subject, Options>): void {
  const {
    evaluator,
    create,
    createBroken = create,
    options,
    side = 4,
    compiledTolerance = 0.1,
    ownClassCount,
  } = contract;
  const classCount = ownClassCount ?? 3;
  const squares = (seed: number, labels: readonly number[]) => tintedSquares(seed, labels, side, 3);
  const inTurn = (count: number) => Array.from({ length: count }, (_, i) => i % 3);
  const whole = (): EvaluationDatasets => ({
    train: squares(1, inTurn(36)),
    validation: squares(2, inTurn(12)),
    test: squares(3, inTurn(18)),
  });
  const run = async (
    datasets: EvaluationDatasets,
    more: Partial<EvaluatorOptions> = {},
    { make = create, own = options }: { make?: typeof create; own?: Options } = {},
  ): Promise<EvaluationResult> => {
    const { subject, parameters } = make();
    try {
      return await evaluator(subject, datasets, { ...own, key: randomKey(7), ...more });
    } finally {
      disposeTree(parameters);
    }
  };
  const about = { recipe: { name: "contract", epochs: [1, 2] }, versions: { mine: "1.2.3" } };
  const told: [done: number, total: number][] = [];
  let first: Promise<EvaluationResult> | undefined;
  /** One run that several tests look at: that another gives the same is a test of its own. */
  const once = () => {
    first ??= run(whole(), { ...about, onProgress: (done, total) => told.push([done, total]) });
    return first;
  };
  const withoutSeconds = ({ seconds: _, ...rest }: EvaluationResult) => rest;

  describe(`${name} as an evaluator`, () => {
    it("returns plain JSON that says what was measured, on what, and by what", async () => {
      const result = await once();
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      expect(result.protocol).not.toBe("");
      expect(Object.values(result.metrics).every(Number.isFinite)).toBe(true);
      expect(Object.keys(result.metrics)).toContain(result.primary);
      expect(result.recipe).toEqual(about.recipe);
      expect(result.key).toEqual(randomKey(7));
      expect(result.versions).toMatchObject({ "@tensorflow/tfjs-core": tf.version_core, ...about.versions });
      expect(result.counts).toMatchObject({ train: 36, test: 18, classes: classCount });
      expect([0, 12]).toContain(result.counts.validation);
      expect(result.seconds).toBeGreaterThan(0);
      const { predictions, confusion } = result;
      if (predictions)
        expect(predictions.map((label) => label >= 0 && label < classCount)).toEqual(Array(18).fill(true));
      if (confusion)
        expect(confusion.map((row) => row.reduce((sum, count) => sum + count))).toEqual(
          Array(classCount).fill(18 / classCount),
        );
    });

    it("has an interval that holds the primary metric", async () => {
      const { interval, metrics, primary } = await once();
      const [low, high] = interval;
      expect(low <= (metrics[primary] as number) && (metrics[primary] as number) <= high).toBe(true);
    });

    it("learns: easy images are told apart better than by chance", async () => {
      const { metrics, primary } = await once();
      expect(metrics[primary]).toBeGreaterThan(0.5);
    });

    it("gives the same numbers for the same key", async () => {
      expect(withoutSeconds(await run(whole(), about))).toEqual(withoutSeconds(await once()));
    });

    it.runIf(contract.compile)("measures the same compiled", async () => {
      const [eagerly, compiled] = [await once(), await run(whole(), { compile: contract.compile as Compile })];
      const values = ({ metrics }: EvaluationResult) => Object.values(metrics);
      expectClose(values(compiled), values(eagerly), { absolute: compiledTolerance, relative: 0 });
    });

    it("leaves subject and datasets as they were, to the last bit, and no tensor behind", async () => {
      const { subject, parameters } = create();
      const datasets = whole();
      const bits = () => flattenTree(parameters).map(([path, tensor]) => [path, [...tensor.dataSync()]]);
      const bytes = () => Promise.all(Object.values(datasets).map(readAll));
      const before = [bits(), await bytes()];
      const tensors = tf.memory().numTensors;
      await evaluator(subject, datasets, { ...options, key: randomKey(7) });
      expect(tf.memory().numTensors - tensors, "tensors left behind").toBe(0);
      expect([bits(), await bytes()]).toEqual(before);
      disposeTree(parameters);
    });

    it("tells its progress to the end, and stops when told to", async () => {
      await once();
      const dones = told.map(([done]) => done);
      expect(dones).toEqual([...dones].sort((a, b) => a - b));
      expect(told.at(-1)?.[0]).toBe(told.at(-1)?.[1]);
      const tensors = tf.memory().numTensors;
      const signal = AbortSignal.abort(new Error("enough"));
      await expect(run(whole(), { signal })).rejects.toThrow("enough");
      expect(tf.memory().numTensors - tensors, "tensors left behind").toBe(0);
    });

    const part = (labels: readonly number[]) => squares(4, labels);
    const { labels: _, ...unlabelled } = part(inTurn(18));
    const read: Dataset["read"] = async (indices) => {
      const { labels: __, ...batch } = await part(inTurn(18)).read(indices);
      return batch;
    };
    const nothing: Dataset = { ...part([0]), length: 0, labels: new Int32Array(0) };
    type Refusal = [what: string, parts: Partial<EvaluationDatasets>, code: string];
    const refusals: Refusal[] = [
      ["one train image", { train: part([0]) }, "TOO_FEW_IMAGES"],
      ["one test image", { test: part([0]) }, "TOO_FEW_IMAGES"],
      ["no train images", { train: nothing }, "TOO_FEW_IMAGES"],
      ["no test images", { test: nothing }, "TOO_FEW_IMAGES"],
    ];
    const refusalsOfLabels: Refusal[] = [
      [
        "a class without train images",
        {
          train: part(
            Array(36)
              .fill(0)
              .map((_, i) => i % 2),
          ),
        },
        "EMPTY_CLASS",
      ],
      ["a class without test images", { test: part([0, 1, 0, 1]) }, "EMPTY_CLASS"],
      ["a test part without labels", { test: { ...unlabelled, read } }, "LABELS_MISSING"],
      [
        "a test label that the train part does not know",
        { test: tintedSquares(5, [0, 1, 2, 3], side, 4) },
        "LABEL_OUT_OF_RANGE",
      ],
    ];
    it.each([...refusals, ...(ownClassCount ? [] : refusalsOfLabels)])(
      "refuses %s, before any work",
      async (_what, parts, code) => {
        const done: number[] = [];
        const error = await run({ ...whole(), ...parts }, { onProgress: (count) => done.push(count) }).catch((e) => e);
        expectCode(error, code);
        expect(done).toEqual([]);
      },
    );

    it.runIf(contract.createBroken)("refuses features that are NaN, and leaves no tensor behind", async () => {
      const tensors = tf.memory().numTensors;
      const error = await run(whole(), {}, { make: createBroken }).catch((e) => e);
      expectCode(error, "FEATURES_NOT_FINITE");
      expect(tf.memory().numTensors - tensors, "tensors left behind").toBe(0);
    });

    it.runIf(contract.tooManyNeighbours)("refuses more neighbours than there are images", async () => {
      const error = await run(whole(), {}, { own: contract.tooManyNeighbours as Options }).catch((e) => e);
      expectCode(error, "TOO_FEW_NEIGHBOURS");
    });
  });
}

async function readAll(dataset: Dataset) {
  const { images, labels } = await dataset.read(Array.from({ length: dataset.length }, (_, i) => i));
  return [[...images], [...(labels ?? [])], [...(dataset.labels ?? [])]];
}

function expectCode(error: unknown, code: string): void {
  expect(isSimclrError(error) ? error.code : String(error)).toBe(`SIMCLR_ERROR__EVALUATION__${code}`);
}
