import { join } from "node:path";
import type { EvaluatorOptions } from "@simclr/evaluation";
import { protocolTitle } from "../report/accuracy-table.js";
import type { SavedEvaluation } from "../report/saved-evaluation.js";
import { writeFileWhole } from "../run/write-file-whole.js";
import type { Progress } from "../terminal/progress.js";
import type { Terminal } from "../terminal/terminal.js";
import { type EvaluationJob, jobName } from "./evaluation-job.js";

export interface RunJobsOptions {
  readonly runFolder: string;
  /** `digits`, or a path. */
  readonly data: string;
  /** Steps of training that the encoder had. */
  readonly step: number;
  /** What results on other images than the run's own have at the end of their files' names. */
  readonly suffix: string;
  readonly common: EvaluatorOptions;
  readonly terminal: Terminal;
}

/**
 * Carries jobs out, and writes each result when it is there to `<run>/evaluations`. An interruption ends it after what is
 * finished.
 */
export async function runJobs(jobs: readonly EvaluationJob[], options: RunJobsOptions): Promise<SavedEvaluation[]> {
  const { runFolder, data, step, suffix, common, terminal } = options;
  const finished: SavedEvaluation[] = [];
  for (const [i, job] of jobs.entries()) {
    if (common.signal?.aborted) break;
    const title = [protocolTitle(job.protocol), job.labelFraction].filter((part) => part !== undefined).join(" ");
    let progress: Progress | undefined;
    const onProgress = (done: number, total: number) => {
      progress ??= terminal.progress({ title, total });
      progress.update(done, { text: `${job.encoderTitle}, ${i + 1} of ${jobs.length}` });
    };
    try {
      const result = await job.run({ ...common, onProgress });
      const { encoder, encoderTitle } = job;
      const saved: SavedEvaluation = { encoder, encoderTitle, data, step, ...result };
      const file = join(runFolder, "evaluations", `${jobName(job)}${suffix}.json`);
      await writeFileWhole(file, `${JSON.stringify(saved)}\n`);
      finished.push(saved);
    } catch (error) {
      if (!common.signal?.aborted) throw error;
      break;
    } finally {
      progress?.stop();
    }
  }
  return finished;
}
