import { readFileSync } from "node:fs";
import { type Compile, eager, lossAndGradients } from "@simclr/core";
import { expectClose, expectGradient, expectNoLeak } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type DistillationLossOptions, distillationLoss } from "./index.js";

// PyTorch's values and gradients, of scripts/distillation.py.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/distillation.json", import.meta.url), "utf8"));
const shape: [number, number] = [fixture.labels.length, fixture.classes];
const logits = (side: "student" | "teacher") => tf.tensor2d(fixture[side], shape);
const targets = () => tf.oneHot(fixture.labels, shape[1], 1, 0, "float32") as tf.Tensor2D;

type Golden = Required<Omit<DistillationLossOptions, "targets">> & { loss: number; gradient: number[] };
const cases: [string, Golden][] = fixture.cases.map((golden: Golden) => {
  const { temperature, scale, distillationWeight } = golden;
  return [`${temperature}, scale ${scale}, weight ${distillationWeight}`, golden];
});

describeEachBackend((backendName) => {
  const compilers: [string, Compile][] = [["eager", eager]];
  if (backendName === "tensorflow") compilers.push(["compiled", compile]);

  describe.each(compilers)("distillationLoss, %s", (_, compiler) => {
    it.each(cases)("equals PyTorch's at temperature %s, gradient too", (_name, { loss, gradient, ...options }) => {
      const evaluate = compiler((student: tf.Tensor2D, teacher: tf.Tensor2D, labels: tf.Tensor2D) =>
        tf.tidy(() => {
          const of = (x: tf.Tensor) => distillationLoss(x as tf.Tensor2D, teacher, { ...options, targets: labels });
          const { value, grad } = tf.valueAndGrad(of)(student);
          return [value, grad];
        }),
      );
      tf.tidy(() => {
        const [value, grad] = evaluate(logits("student"), logits("teacher"), targets()) as [tf.Tensor, tf.Tensor];
        const tolerance = { absolute: 1e-6, relative: 5e-6 };
        expectClose(value, [loss], tolerance);
        expectClose(grad, gradient, tolerance);
      });
      evaluate.dispose();
    });
  });

  describe("distillationLoss", () => {
    it("is equation 2, summed image by image and class by class, of the mean", () => {
      const [temperature, rows] = [0.3, shape[0]];
      const probabilities = (values: number[]) => {
        const exponentials = values.map((x) => Math.exp(x / temperature));
        const total = exponentials.reduce((sum, x) => sum + x);
        return exponentials.map((x) => x / total);
      };
      tf.tidy(() => {
        const [student, teacher] = [logits("student"), logits("teacher")];
        const words = teacher.arraySync().map(probabilities);
        const beliefs = student.arraySync().map(probabilities);
        let sum = 0;
        words.forEach((word, x) => {
          word.forEach((share, y) => {
            sum -= share * Math.log(beliefs[x]?.[y] as number);
          });
        });
        expectClose(distillationLoss(student, teacher, { temperature, scale: "none" }), [sum / rows]);
        expectClose(distillationLoss(student, teacher, { temperature }), [(0.09 * sum) / rows]);
      });
    });

    it("has the gradient of finite differences, with labels and without", () => {
      const teacher = logits("teacher");
      for (const distillationWeight of [1, 0.4]) {
        const options = { temperature: 0.7, distillationWeight, targets: targets() };
        expectGradient((x) => distillationLoss(x as tf.Tensor2D, teacher, options), [logits("student")]);
      }
    });

    it("has none in the teacher, and none where the student agrees with it", () => {
      tf.tidy(() => {
        const [student, teacher] = [logits("student"), logits("teacher")];
        const of = (both: { student: tf.Tensor2D; teacher: tf.Tensor2D }) =>
          lossAndGradients(both, () => ({
            loss: distillationLoss(both.student, both.teacher, { temperature: 0.5 }),
            auxiliary: {},
          }));
        expect(of({ student, teacher }).missing).toEqual(["teacher"]);
        const { gradients, value } = of({ student: tf.add(teacher, 3), teacher });
        expectClose(gradients.student as tf.Tensor, tf.zeros(shape), { absolute: 1e-7 });
        expect(of({ student, teacher }).value.dataSync()[0]).toBeGreaterThan(value.dataSync()[0] as number);
      });
    });

    it("is finite at logits of any size, and then exact", () => {
      tf.tidy(() => {
        const student = tf.tensor2d([[1e4, -1e4], [-3e3, 3e3]]); // biome-ignore format: rows
        const sure = tf.tensor2d([[-1e4, 1e4], [-1e4, 1e4]]); // biome-ignore format: rows
        expectClose(distillationLoss(student, sure, { temperature: 1 }), [1e4]);
        expectClose(distillationLoss(sure, sure, { temperature: 0.1 }), [0]);
      });
    });

    it("of all images is the mean of replicas with as many each", () => {
      tf.tidy(() => {
        const options = { temperature: 0.5, distillationWeight: 0.6 };
        const half = (start: number) => {
          const [student, teacher, own] = [logits("student"), logits("teacher"), targets()].map((x) =>
            tf.slice(x, start, 3),
          ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
          return distillationLoss(student, teacher, { ...options, targets: own });
        };
        const whole = distillationLoss(logits("student"), logits("teacher"), { ...options, targets: targets() });
        expectClose(tf.div(tf.add(half(0), half(3)), 2), whole);
      });
    });

    it("leaves no tensor behind", () => {
      expectNoLeak(() => {
        const inputs = [logits("student"), logits("teacher"), targets()] as const;
        const [student, teacher, own] = inputs;
        const loss = distillationLoss(student, teacher, { temperature: 1, distillationWeight: 0.5, targets: own });
        return [...inputs, loss];
      });
    });

    it("refuses logits of two shapes, and options out of their ranges", () => {
      tf.tidy(() => {
        const [student, teacher] = [logits("student"), logits("teacher")];
        const other = tf.zeros<tf.Rank.R2>([shape[0], 3]);
        expect(() => distillationLoss(student, other, { temperature: 1 })).toThrow(/CORE__SHAPE_MISMATCH.*teacher/);
        expect(() => distillationLoss(student, teacher, { temperature: 1, distillationWeight: 0, targets: other })).toThrow(/CORE__SHAPE_MISMATCH.*targets/); // biome-ignore format: one line
        const wrong: [DistillationLossOptions, RegExp][] = [
          [{ temperature: 0 }, /INVALID_ARGUMENT.*temperature/],
          [{ temperature: 1, scale: "twice" as "none" }, /INVALID_ARGUMENT.*scale/],
          [{ temperature: 1, distillationWeight: 1.5 }, /INVALID_ARGUMENT.*distillationWeight/],
          [{ temperature: 1, distillationWeight: 0.5 }, /INVALID_ARGUMENT.*targets/],
        ];
        for (const [options, message] of wrong) {
          expect(() => distillationLoss(student, teacher, options)).toThrow(message);
        }
      });
    });
  });
});
