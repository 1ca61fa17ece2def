import type { ProgressEvent } from "@simclr/training";
import { percent } from "./percent.js";
import type { Progress } from "./progress.js";
import type { Terminal } from "./terminal.js";

export interface TrainingProgress {
  show(event: ProgressEvent): void;
  stop(): void;
}

/** Training as its user sees it: a bar with loss, accuracy, speed and the time that is left, and a line a probe. */
export function trainingProgress(terminal: Terminal, totalSteps: number, epochs: number): TrainingProgress {
  const progress: Progress = terminal.progress({ title: "Training", total: totalSteps });
  progress.update(0, { text: "compiling", remainingSeconds: null });
  const show = (event: ProgressEvent) => {
    if (event.kind === "start") {
      if (event.resumedFrom) terminal.print(`Going on after step ${event.step} of ${event.totalSteps}.`);
      const isOver = event.step === event.totalSteps;
      progress.update(event.step, { text: isOver ? "already done" : "compiling", remainingSeconds: null });
    }
    if (event.kind === "probe") {
      const epoch = String(event.epoch).padStart(String(epochs).length);
      const name = event.probe === "knn" ? "kNN" : "linear probe";
      terminal.print(`Epoch ${epoch}: ${name} ${percent(event.measured.top1)}`);
    }
    if (event.kind === "step") {
      const { metrics, throughput } = event;
      const parts = [
        `epoch ${event.epoch}/${epochs}`,
        `loss ${metrics.loss?.toFixed(3)}`,
        metrics.contrastiveAccuracy !== undefined && `accuracy ${percent(metrics.contrastiveAccuracy, 0)}`,
        throughput && `${throughput.imagesPerSecond.toPrecision(3)} images/s`,
      ];
      const text = parts.filter(Boolean).join(" · ");
      progress.update(event.step, { text, remainingSeconds: throughput?.remainingSeconds ?? null });
    }
  };
  return { show, stop: progress.stop };
}
