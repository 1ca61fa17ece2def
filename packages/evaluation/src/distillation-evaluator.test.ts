import { disposeTree, flattenTree, foldIn, isSimclrError, randomKey } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import { arrayDataset, type Dataset, labelSubsetIndices } from "@simclr/data";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { evaluatorContract } from "./contract.js";
import { colours, datasets, free, network } from "./fixtures/three-colours.js";
import { tinyBackbone } from "./fixtures/tiny-network.js";
import {
  type DistillationEvaluatorOptions,
  distillationEvaluator,
  type EvaluationResult,
  fineTuneEvaluator,
} from "./index.js";
import { partlyLabelled, unknownLabel } from "./partly-labelled.js";
import { startingStudent } from "./student.js";

const key = randomKey(9);
const said = ({ seconds: _, ...rest }: EvaluationResult) => JSON.parse(JSON.stringify(rest));
// As few steps as show it: a step of so small a network takes as long as its hundreds of operations are called.
const tuning = { epochs: 1, learningRate: 0.3, batchSize: 12 } as const;
const longer = { ...tuning, epochs: 6, learningRate: 0.5 } as const;
const small = { teacher: tuning, ...tuning, optimizer: "nesterov", temperature: 1 } as const;
const half = { ...small, labelFraction: 0.5, key } as const;
const chosen = labelSubsetIndices(datasets.train, { fraction: 0.5, key: foldIn(key, "labels") });

/** The train images, of which a label is told by `label`, and looked at no earlier. */
function labelledBy(label: (index: number) => number): Dataset {
  return {
    ...datasets.train,
    read: async (asked, memory) => {
      const { labels: _, ...batch } = await datasets.train.read(asked, memory);
      return Object.defineProperty({ ...batch }, "labels", {
        enumerable: true,
        get: () => batch.indices.map(label),
      });
    },
  };
}

describeEachBackend(() => {
  evaluatorContract("distillationEvaluator", {
    evaluator: distillationEvaluator,
    options: { ...small, ...longer, teacher: longer },
    create: () => {
      const subject = network();
      return { subject, parameters: [subject.params, subject.state] };
    },
    side: 6,
    compile,
  });

  describe("distillationEvaluator", () => {
    const evaluate = async (more: Partial<DistillationEvaluatorOptions> = {}, train: Dataset = datasets.train) => {
      const subject = network();
      try {
        return await distillationEvaluator(subject, { ...datasets, train }, { ...half, ...more });
      } finally {
        free(subject);
      }
    };

    let first: Promise<EvaluationResult> | undefined;
    /** The result without more options, which others are held against. */
    const plainly = () => {
      first ??= evaluate();
      return first;
    };

    it("has the teacher that fineTuneEvaluator makes with the same key", async () => {
      const subject = network();
      const teacher = { ...tuning, epochs: 3, fineTuneFromHeadLayer: 1 } as const;
      const tuned = await fineTuneEvaluator(subject, datasets, { ...teacher, labelFraction: 0.5, key });
      const { metrics, settings, counts } = await evaluate({ teacher });
      const { metrics: ofTeacher, interval, labels, ...own } = settings.teacher as Record<string, unknown>;
      expect(said({ ...tuned, metrics: ofTeacher, interval, settings: own } as EvaluationResult)).toEqual(said(tuned));
      expect(metrics.teacherTop1).toBe(tuned.metrics.top1);
      expect([labels, counts.train]).toEqual([12, 24]);
      free(subject);
    });

    it("reads no label but those that the teacher learns from", async () => {
      const plain = await plainly();
      const asked = new Set<number>();
      const heard = labelledBy((index) => {
        asked.add(index);
        return index % 3;
      });
      expect(said(await evaluate({}, heard))).toEqual(said(plain));
      expect([...asked].sort((a, b) => a - b)).toEqual(chosen);
      // Nor with labels beside the teacher's word.
      const both = await evaluate({ distillationWeight: 0.5 });
      const wrong = labelledBy((index) => (chosen.includes(index) ? index % 3 : (index + 1) % 3));
      expect(said(await evaluate({ distillationWeight: 0.5 }, wrong))).toEqual(said(both));
      expect(both.metrics.trainLoss).not.toBe(plain.metrics.trainLoss);
    });

    it("tells how far teacher and student agree, and at rate 0 that the student knows nothing", async () => {
      const { metrics, settings } = await evaluate({ learningRate: 0, epochs: 1 });
      expectClose([metrics.loss as number], [Math.log(3)]);
      expect(settings.student).toBe("itself");
      const thorough = { epochs: 12, learningRate: 0.5, batchSize: 24 };
      const taught = await evaluate({ ...thorough, teacher: thorough });
      expect(taught.metrics.agreement).toBeGreaterThanOrEqual(8 / 9);
      expect(Math.abs((taught.metrics.top1 as number) - (taught.metrics.teacherTop1 as number))).toBeLessThan(0.12);
    });

    it("learns from images without labels, of another size too", async () => {
      const images = await datasets.train.read(Array.from({ length: 24 }, (_, i) => i));
      const bare = arrayDataset({ images: images.images, shape: [24, 6, 6, 3] });
      const plain = await plainly();
      expect(said(await evaluate({ unlabelled: bare }))).toEqual(said(plain));
      const larger = arrayDataset({ images: new Uint8Array(30 * 64 * 3).fill(90), shape: [30, 8, 8, 3] });
      expect((await evaluate({ unlabelled: larger })).counts).toMatchObject({ train: 30, test: 9 });
    });

    it("teaches another network, or a backbone from random numbers that the key alone decides", async () => {
      const other = network(5);
      const { temperature: _, ...rest } = half;
      const subject = network();
      const run = (options: Partial<DistillationEvaluatorOptions> = {}) =>
        distillationEvaluator(subject, datasets, { ...rest, ...options });
      const [itself, pretrained] = [await run(), await run({ student: other })];
      const smaller = { ...other, backbone: { ...other.backbone, spec: { kind: "smaller" } } };
      const temperatures = [itself, pretrained, await run({ student: smaller })].map((one) => one.settings.temperature);
      expect(temperatures).toEqual([0.1, 0.1, 1]);
      expect(pretrained.settings.student).toBe("pretrained");
      const random = await run({ student: { backbone: tinyBackbone() } });
      expect(random.settings.student).toBe("random");
      expect(said(await run({ student: { backbone: subject.backbone } }))).toEqual(said(random));
      for (const one of [subject, other]) free(one);
    });

    it("has the published defaults: 400 epochs of LARS at 0.1 * sqrt(batch), 5% of warm-up, decay 1e-4", async () => {
      const subject = network();
      const few = { train: colours(6, 1), test: datasets.test };
      const teacher = { epochs: 1 };
      // Of the 400 epochs, a step each, none is waited for: how many they would be is told, and the rest by a shorter run.
      const controller = new AbortController();
      const told: number[] = [];
      const onProgress = (_: number, total: number) => {
        told.push(total);
        controller.abort();
      };
      const stopped = distillationEvaluator(subject, few, { key, teacher, onProgress, signal: controller.signal });
      await expect(stopped).rejects.toThrow();
      expect(told).toEqual([1 + 400]);
      const { settings } = await distillationEvaluator(subject, few, { key, teacher, epochs: 10 });
      expect(settings).toMatchObject({
        epochs: 10,
        batchSize: 6,
        optimizer: "lars",
        weightDecay: 1e-4,
        warmupEpochs: 0.5,
        temperature: 0.1,
        distillationWeight: 1,
        labelFraction: 1,
        view: ["randomResizedCrop", "randomApply(horizontalFlip)"],
      });
      expect(settings.learningRate).toBeCloseTo(0.1 * Math.sqrt(6), 12);
      const ofTeacher = { epochs: 1, optimizer: "nesterov", weightDecay: 0, labels: 6 };
      expect(settings.teacher).toMatchObject(ofTeacher);
      free(subject);
    });

    it("refuses what cannot be, before any work, and leaves no tensor", async () => {
      const subject = network();
      const tensors = tf.memory().numTensors;
      const gray = arrayDataset({ images: new Uint8Array(72), shape: [2, 6, 6, 1] });
      const one = arrayDataset({ images: new Uint8Array(108), shape: [1, 6, 6, 3] });
      const cases: [Partial<DistillationEvaluatorOptions>, string][] = [
        [{ labelFraction: 0 }, "CORE__INVALID_ARGUMENT"],
        [{ labelFraction: 0.05 }, "DATA__TOO_FEW_LABELS"],
        [{ temperature: 0 }, "CORE__INVALID_ARGUMENT"],
        [{ distillationWeight: 1.5 }, "CORE__INVALID_ARGUMENT"],
        [{ distillationWeight: 0.5, unlabelled: datasets.train }, "CORE__INVALID_ARGUMENT"],
        [{ unlabelled: gray }, "CORE__INVALID_ARGUMENT"],
        [{ unlabelled: one }, "EVALUATION__TOO_FEW_IMAGES"],
        [{ teacher: { epochs: 0 } }, "CORE__INVALID_ARGUMENT"],
        [{ epochs: 1.5 }, "CORE__INVALID_ARGUMENT"],
        [{ optimizer: "adam" as "lars" }, "CORE__INVALID_ARGUMENT"],
        [{ imageSize: 0 }, "CORE__INVALID_ARGUMENT"],
        [{ teacher: { fineTuneFromHeadLayer: 3 } }, "EVALUATION__HEAD_LAYER_MISSING"],
      ];
      for (const [more, code] of cases) {
        const done: number[] = [];
        const options = { ...half, ...more, onProgress: (count: number) => done.push(count) };
        const error: unknown = await distillationEvaluator(subject, datasets, options).catch((e) => e);
        expect([more, isSimclrError(error) ? error.code : String(error)]).toEqual([more, `SIMCLR_ERROR__${code}`]);
        expect([done, tf.memory().numTensors]).toEqual([[], tensors]);
      }
      // What ends badly after the teacher leaves nothing either.
      const error: unknown = await distillationEvaluator(subject, datasets, { ...half, learningRate: 1e39 }).catch((e) => e); // biome-ignore format: one line
      expect(isSimclrError(error) && error.code).toBe("SIMCLR_ERROR__EVALUATION__DIVERGED");
      expect(tf.memory().numTensors).toBe(tensors);
      free(subject);
    });
  });

  it("partlyLabelled tells known labels by index, those of images read in place of others too", async () => {
    const replacing: Dataset = {
      ...datasets.train,
      read: async (asked) => datasets.train.read(asked.map((index) => (index === 4 ? 5 : index))),
    };
    const batch = await partlyLabelled(replacing, new Map([[4, 1], [5, 2], [7, 0]])).read([4, 6, 7]); // biome-ignore format: one line
    expect([...batch.indices]).toEqual([5, 6, 7]);
    expect([...(batch.labels ?? [])]).toEqual([2, unknownLabel, 0]);
  });

  it("startingStudent makes what it says it owns, and nothing else", () => {
    const subject = network();
    expectNoLeak(() => {
      const { own } = startingStudent({ backbone: subject.backbone }, 3, key);
      return own;
    });
    const { network: same, head, own, numbers } = startingStudent(subject, 3, key);
    expect([same, numbers]).toEqual([subject, "pretrained"]);
    expect(flattenTree(own)).toEqual(flattenTree(head));
    disposeTree(own);
    free(subject);
  });
});
