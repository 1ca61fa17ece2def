import type { EvaluationResult, EvaluatorOptions } from "@simclr/evaluation";
import type { MeasuredEncoder } from "../report/report.js";
import type { Protocol } from "./protocols.js";

/** One protocol of one encoder: a file to come. */
export interface EvaluationJob {
  readonly protocol: Protocol;
  readonly encoder: MeasuredEncoder["encoder"];
  /** In words: `the same, untrained`. */
  readonly encoderTitle: string;
  /** Where the protocol takes one. */
  readonly labelFraction?: number;
  /** What makes it another measurement than the protocol's plain one: `mixup-cutmix`, `to-small`. Part of the file's name. */
  readonly variant?: string;
  run(options: EvaluatorOptions): Promise<EvaluationResult>;
}

/** `fine-tune-0.01-trained`, `supervised-1-mixup-untrained`: the file's name, without its ending. */
export function jobName(job: Omit<EvaluationJob, "run" | "encoderTitle">): string {
  const { protocol, labelFraction, variant, encoder } = job;
  return [protocol, labelFraction, variant, encoder].filter((part) => part !== undefined).join("-");
}
