import { type Communicator, type Compile, eager, isSimclrError, normal, permutation, randomKey } from "@simclr/core";
import { expectClose, expectGradient, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { ContrastiveLoss } from "../contrastive-loss.js";
import { replicate } from "./replicate.js";

/** What a loss promises beyond the contract that every loss keeps. */
export interface ContrastiveLossTraits {
  /** Exchanging the views leaves the value as it is. */
  readonly symmetric: boolean;
  /** Multiplying one row by a positive number leaves the value as it is: projections are normalised inside. */
  readonly ignoresLength: boolean;
  /** Takes negatives from all replicas through the communicator; otherwise it is not passed one. */
  readonly gathers: boolean;
  /**
   * Is lower for equal views than for noisy ones, whatever the rest. Default true. Not so where the noise changes which
   * negatives are mined, for easier ones, or where lengths count and noise makes rows longer.
   */
  readonly prefersAgreement?: boolean;
  /** Its gradient is that of its value. Default true; not so where a part of it is a constant to the gradient. */
  readonly wholeGradient?: boolean;
  /** The size of projections up to which it is finite in float32. Default 1e12; less where a power of it is taken. */
  readonly hugest?: number;
  /** Compiles for the backend under test; the compiled value has to equal the eager one. Default: {@link eager}. */
  readonly compile?: Compile;
}

/**
 * The tests that every contrastive loss passes, on the backend that is current when they run. A loss is made anew with
 * the options it is given; one that does not gather ignores them.
 */
export function describeContrastiveLoss(
  name: string,
  make: (options: { communicator?: Communicator }) => ContrastiveLoss,
  traits: ContrastiveLossTraits,
): void {
  const { symmetric, ignoresLength, gathers, compile = eager } = traits;
  const { prefersAgreement = true, wholeGradient = true, hugest = 1e12 } = traits;
  const loss = make({});
  const value = (a: tf.Tensor2D, b: tf.Tensor2D) => tf.tidy(() => loss(a, b).dataSync()[0] as number);

  describe(`${name} is a contrastive loss`, () => {
    it("is a finite scalar", () => {
      const [a, b] = views(5, 4);
      const result = loss(a, b);
      expect(result.shape).toEqual([]);
      expect(Number.isFinite(result.dataSync()[0])).toBe(true);
      tf.dispose([a, b, result]);
    });

    it.runIf(prefersAgreement)("is lower where the views of an image agree", () => {
      const [a, b] = views(8, 6);
      expect(value(a, a)).toBeLessThan(value(a, b));
      tf.dispose([a, b]);
    });

    it("does not depend on the order of the images", () => {
      const [a, b] = views(7, 5);
      const order = tf.tensor1d(permutation(randomKey(3), 7), "int32");
      expectClose([value(tf.gather(a, order), tf.gather(b, order))], [value(a, b)]);
      tf.dispose([a, b, order]);
    });

    it.runIf(symmetric)("is symmetric in the views", () => {
      const [a, b] = views(6, 5);
      expectClose([value(b, a)], [value(a, b)]);
      tf.dispose([a, b]);
    });

    it.runIf(ignoresLength)("ignores the length of a projection", () => {
      const [a, b] = views(4, 5);
      const lengths = tf.tensor2d([[0.01], [1], [20], [300]]);
      expectClose([value(tf.mul(a, lengths), b)], [value(a, b)], { relative: 1e-4 });
      tf.dispose([a, b, lengths]);
    });

    for (const [what, factor] of Object.entries({ zero: 0, tiny: 1e-15, huge: hugest })) {
      it(`is finite, its gradient too, for ${what} projections`, () => {
        const [a, b] = views(4, 3, factor);
        const { value: at, grads } = tf.valueAndGrads((x, y) => loss(x as tf.Tensor2D, y as tf.Tensor2D))([a, b]);
        for (const tensor of [at, ...grads]) expect([...tensor.dataSync()].every(Number.isFinite)).toBe(true);
        tf.dispose([a, b, at, grads]);
      });
    }

    it("is finite where all projections are equal", () => {
      const same = tf.ones<tf.Rank.R2>([4, 3]);
      const { value: at, grads } = tf.valueAndGrads((x, y) => loss(x as tf.Tensor2D, y as tf.Tensor2D))([same, same]);
      for (const tensor of [at, ...grads]) expect([...tensor.dataSync()].every(Number.isFinite)).toBe(true);
      tf.dispose([same, at, grads]);
    });

    it.runIf(wholeGradient)("has the gradient of finite differences", () => {
      const [a, b] = views(4, 3);
      expectGradient((x, y) => loss(x as tf.Tensor2D, y as tf.Tensor2D), [a, b], { step: 4e-3 });
      tf.dispose([a, b]);
    });

    it("leaves no tensor behind", () => {
      const [a, b] = views(4, 3);
      expectNoLeak(() => loss(a, b));
      expectNoLeak(() => tf.grads((x, y) => loss(x as tf.Tensor2D, y as tf.Tensor2D))([a, b]));
      expect(a.isDisposed || b.isDisposed).toBe(false);
      tf.dispose([a, b]);
    });

    it("refuses views of different shapes", () => {
      const [a, b] = [tf.zeros<tf.Rank.R2>([4, 3]), tf.zeros<tf.Rank.R2>([3, 3])];
      expect(codeOf(() => loss(a, b))).toBe("SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH");
      tf.dispose([a, b]);
    });

    it("is the same compiled, gradients too", () => {
      const [a, b] = views(6, 4);
      const both = (x: tf.Tensor2D, y: tf.Tensor2D) => {
        const { value: at, grads } = tf.valueAndGrads((p, q) => loss(p as tf.Tensor2D, q as tf.Tensor2D))([x, y]);
        return [at, ...grads];
      };
      const compiled = compile(both);
      const [expected, actual] = [eager(both)(a, b), compiled(a, b)];
      expected.forEach((tensor, i) => {
        expectClose(actual[i] as tf.Tensor, tensor, { absolute: 1e-5, relative: 1e-4 });
      });
      compiled.dispose();
      tf.dispose([a, b, expected, actual]);
    });

    it.runIf(gathers)("of two replicas is that of one with both batches, gradients too", () => {
      const [a, b] = views(6, 4);
      const mean = (x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar => {
        const replicas = [0, 1].map((rank) => (communicator: Communicator) => {
          const own = (t: tf.Tensor2D): tf.Tensor2D => tf.slice(t, [rank * 3, 0], [3, 4]);
          return make({ communicator })(own(x), own(y));
        });
        return tf.mean(tf.stack(replicate(replicas)));
      };
      const gradientsOf = (f: ContrastiveLoss) =>
        tf.valueAndGrads((p, q) => f(p as tf.Tensor2D, q as tf.Tensor2D))([a, b]);
      const [one, two] = [gradientsOf(loss), gradientsOf(mean)];
      expectClose(two.value, one.value);
      for (const [i, gradient] of one.grads.entries()) expectClose(two.grads[i] as tf.Tensor, gradient);
      tf.dispose([a, b]);
      tf.dispose([one.value, two.value, ...one.grads, ...two.grads]);
    });
  });
}

/** Two views of one another: normal numbers, and the same ones half covered by noise. */
function views(batch: number, size: number, factor = 1): [tf.Tensor2D, tf.Tensor2D] {
  const draw = (seed: number) => normal(randomKey(seed), batch * size, 0, factor);
  const noise = draw(2);
  const first = Float32Array.from(draw(1));
  const second = first.map((x, i) => x + (noise[i] as number) / 2);
  return [tf.tensor2d(first, [batch, size]), tf.tensor2d(second, [batch, size])];
}

function codeOf(fn: () => unknown): string | undefined {
  try {
    fn();
  } catch (error) {
    return isSimclrError(error) ? error.code : String(error);
  }
  return undefined;
}
