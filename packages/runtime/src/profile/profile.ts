import { constants } from "node:fs";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { simclrError } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { backendName, currentBackend, type TensorFlowBackend } from "../backend/backend.js";
import { type ChromeTrace, chromeTrace } from "./chrome-trace.js";
import "./errors.js";
import { OperationProfiler } from "./operation-profiler.js";
import { type ProfileSummary, summarize } from "./profile-summary.js";
import type { ProfiledOperation } from "./profiled-operation.js";

export interface ProfileOptions {
  /** Where to write the trace, for Perfetto (ui.perfetto.dev) or chrome://tracing. Default: nowhere. */
  readonly file?: string;
  /** `false` runs functions that XLA would compile node by node, so that their operations show. Default: true, one event each. */
  readonly xla?: boolean;
}

export interface Profile<Result> {
  /** What the function returned; the caller owns it. */
  readonly result: Result;
  readonly summary: ProfileSummary;
  /** Every execution of an operation, by its start. */
  readonly operations: readonly ProfiledOperation[];
}

/**
 * Runs a function and notes every operation of TensorFlow in it: what it is, when it ran and how long, on which thread,
 * with what shapes, and which line called it.
 *
 * Compiled functions that it calls are recorded anew, and run node by node as TensorFlow has optimized them, each once
 * beforehand to warm up; the rest of the program keeps the recordings that it has. Results are the same. Outside compiled
 * functions the time of an operation on a GPU is the time to launch it. Anything else that the program runs meanwhile is noted too.
 *
 * @param fn runs with the TensorFlow backend; may be asynchronous
 * @throws SIMCLR_ERROR__RUNTIME__PROFILE_OF_OTHER_BACKEND before `useTensorFlow()`
 * @throws SIMCLR_ERROR__RUNTIME__PROFILE_UNDER_WAY inside another profile
 * @throws SIMCLR_ERROR__RUNTIME__PROFILE_UNWRITABLE before the function runs or after
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { compile, profile, useTensorFlow } from "@simclr/runtime";
 * await useTensorFlow();
 * const product = compile((a: tf.Tensor2D, b: tf.Tensor2D) => tf.relu(tf.matMul(a, b)));
 * const [a, b] = [tf.ones<tf.Rank.R2>([256, 256]), tf.ones<tf.Rank.R2>([256, 256])];
 * const { result, summary } = await profile(() => product(a, b), { file: "profiles/product.json" });
 * console.log(summary.matrixProductShare, summary.operations[0]?.operation);
 * tf.dispose([result, a, b]);
 * product.dispose();
 * ```
 */
export async function profile<Result>(
  fn: () => Result | Promise<Result>,
  { file, xla = true }: ProfileOptions = {},
): Promise<Profile<Result>> {
  const backend = currentBackend();
  if (!backend) throw otherBackend();
  if (backend.binding.profiler) throw underWay();
  if (file !== undefined) await requireWritable(file);
  const { result, profiler, totalMilliseconds } = await runProfiled(backend, fn, xla);
  const operations = profiler.operations();
  const preparations = profiler.spans.filter(({ kind }) => kind === "preparation");
  const preparing = preparations.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  if (file !== undefined) await writeTrace(file, chromeTrace(operations, profiler.spans, totalMilliseconds));
  return { result, summary: summarize(operations, totalMilliseconds - preparing), operations };
}

async function runProfiled<Result>(backend: TensorFlowBackend, fn: () => Result | Promise<Result>, xla: boolean) {
  const profiler = new OperationProfiler(backend.binding, xla);
  backend.binding.profiler = profiler;
  try {
    const result = await fn();
    return { result, profiler, totalMilliseconds: performance.now() - profiler.start };
  } finally {
    backend.binding.profiler = undefined;
    profiler.delete();
  }
}

async function requireWritable(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

async function writeTrace(file: string, trace: ChromeTrace): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await writeFile(part, JSON.stringify(trace));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw unwritable(file, error);
  }
}

function otherBackend() {
  const backend = tf.getBackend() || "none";
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__PROFILE_OF_OTHER_BACKEND",
    { backend },
    {
      expected: `the backend ${backendName} to be current`,
      received: backend,
      remedy: "Call useTensorFlow() first; tf.profile measures other backends.",
    },
  );
}

function underWay() {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__PROFILE_UNDER_WAY",
    {},
    {
      expected: "one profile at a time",
      received: "a profile inside another",
      remedy: "Wait for the first, or take one profile around both.",
    },
  );
}

function unwritable(file: string, cause: unknown) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__PROFILE_UNWRITABLE",
    { file },
    {
      expected: "a file that can be written, for the trace of a profile",
      received: `${file} (${(cause as NodeJS.ErrnoException).code})`,
      remedy: "Name a file in a folder of yours.",
    },
    cause,
  );
}
