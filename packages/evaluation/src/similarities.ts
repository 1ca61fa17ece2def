import { type Compile, eager } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { RowBlock, UnitRows } from "./unit-rows.js";

/** Some queries beside some rows of a bank; of the last there may be fewer. */
export interface Place {
  readonly query: number;
  readonly queryRows: number;
  readonly row: number;
  readonly bankRows: number;
}

export interface Similarities {
  readonly place: Place;
  /** `[queries, width]`, each in [-1, 1]. */
  readonly values: Float32Array;
  /** Rows of the bank. */
  readonly width: number;
}

/** How rows are compared with rows. */
export interface ComparisonOptions {
  /** Compiled, blocks are compared while the next are read. Default: `eager`. */
  readonly compile?: Compile;
  /** Stops between two blocks. */
  readonly signal?: AbortSignal;
}

/** Comparisons in the backend: where one waits for a thread, the other goes on. */
const atOnce = 2;

/**
 * Cosine similarities at one place after the other. What is compiled runs off the JavaScript thread: meanwhile the rows of
 * the next place are read, and the caller looks at the similarities of the one before.
 *
 * @throws SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE when it comes to such a row
 */
export async function* similarities(
  queries: UnitRows,
  bank: UnitRows,
  places: Iterable<Place>,
  { compile = eager, signal }: ComparisonOptions,
): AsyncGenerator<Similarities, void, undefined> {
  // Nearest rows are told apart by what bfloat16 would round away.
  const compare = compile(cosines, { name: "cosines", precision: "float32" });
  const queryBlocks = keepingLast(queries, atOnce + 1);
  const bankBlocks = keepingLast(bank, atOnce + 1);
  const running: Comparison[] = [];
  try {
    for (const place of places) {
      signal?.throwIfAborted();
      const asked = queryBlocks.read(place.query, place.queryRows);
      const rows = bankBlocks.read(place.row, place.bankRows);
      running.push(started(place, compare.async(asked, rows)));
      if (running.length > atOnce) yield await finish(running.shift() as Comparison);
    }
    while (running.length > 0) yield await finish(running.shift() as Comparison);
  } finally {
    for (const { product } of running) await product.then((tensor) => tensor.dispose()).catch(() => {});
    queryBlocks.dispose();
    bankBlocks.dispose();
    compare.dispose();
  }
}

function cosines(asked: RowBlock, rows: RowBlock): tf.Tensor2D {
  const units = tf.mul<tf.Tensor2D>(asked.rows, tf.expandDims(asked.factors, 1));
  return tf.mul(tf.matMul<tf.Tensor2D>(units, rows.rows, false, true), rows.factors);
}

interface Comparison {
  readonly place: Place;
  readonly product: Promise<tf.Tensor2D>;
}

function started(place: Place, product: Promise<tf.Tensor2D>): Comparison {
  product.catch(() => {}); // reported where it is awaited, also when the caller's error comes first
  return { place, product };
}

async function finish({ place, product: promise }: Comparison): Promise<Similarities> {
  const product = await promise;
  try {
    return { place, values: await product.data<"float32">(), width: product.shape[1] };
  } finally {
    product.dispose();
  }
}

/** Keeps the blocks that were read last, so many that what is still compared is among them. */
function keepingLast(rows: UnitRows, count: number) {
  const kept: { readonly start: number; readonly block: RowBlock }[] = [];
  const read = (start: number, length: number): RowBlock => {
    const last = kept.at(-1);
    if (last?.start === start) return last.block;
    if (kept.length === count) tf.dispose(kept.shift() as never);
    const block = rows.read(start, length);
    kept.push({ start, block });
    return block;
  };
  return { read, dispose: () => tf.dispose(kept as never) };
}
