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
  run(options: EvaluatorOptions): Promise<EvaluationResult>;
}

/** `fine-tune-0.01-trained`: the file's name, without its ending. */
export function jobName({ protocol, labelFraction, encoder }: Omit<EvaluationJob, "run" | "encoderTitle">): string {
  return [protocol, labelFraction, encoder].filter((part) => part !== undefined).join("-");
}
