import { MultiBar, type Options } from "cli-progress";
import { duration } from "./duration.js";

export interface Progress {
  /** @param detail what else there is to say, in words */
  update(done: number, detail?: ProgressDetail): void;
  /** Prints a line above the bar. */
  print(line: string): void;
  /** Leaves the bar as it is. */
  stop(): void;
}

export interface ProgressDetail {
  readonly text?: string;
  /** Default: from the speed until now; null: not known. */
  readonly remainingSeconds?: number | null | undefined;
}

export interface ProgressOptions {
  readonly title: string;
  readonly total: number;
  /** Work done before this process began. */
  readonly start?: number;
  readonly stream?: NodeJS.WriteStream;
  /** Milliseconds between two lines where there is no terminal. */
  readonly plainIntervalMs?: number;
}

/** A progress bar on a terminal; elsewhere a plain line every few seconds. */
export function startProgress(options: ProgressOptions): Progress {
  const { stream = process.stderr } = options;
  return stream.isTTY ? barProgress(options, stream) : plainProgress(options, stream);
}

function barProgress({ title, total, start = 0 }: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  const format: Options["format"] = (_, { progress, eta, value }, { text, remainingSeconds }: ProgressDetail) => {
    const width = Math.max(10, Math.min(28, (stream.columns ?? 80) - 68));
    const filled = Math.round(width * progress);
    const percent = `${Math.floor(100 * progress)}%`.padStart(4);
    const left = remainingSeconds === undefined ? eta : remainingSeconds;
    const isKnown = left !== null && Number.isFinite(left) && value > start && value < total;
    const time = isKnown ? [`${duration(left)} left`] : [];
    const bar = "█".repeat(filled) + "░".repeat(width - filled);
    return [`${title} ${bar} ${percent}`, ...(text ? [text] : []), ...time].join(" · ");
  };
  // The bar may not outlive the process: it turns the wrapping of lines off.
  const bars = new MultiBar({ format, stream, fps: 5, gracefulExit: false, linewrap: false, emptyOnZero: true });
  const stop = () => {
    process.off("exit", stop);
    if (bars.isActive) bars.stop();
  };
  process.once("exit", stop);
  const bar = bars.create(total, start, {} satisfies ProgressDetail);
  return {
    update: (done, detail = {}) => bar.update(done, { text: undefined, remainingSeconds: undefined, ...detail }),
    print: (line) => {
      bars.log(`${line}\n`);
      bars.update();
    },
    stop,
  };
}

function plainProgress(options: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  const { title, total, start = 0, plainIntervalMs = 10_000 } = options;
  const began = performance.now();
  // The first line comes soon: somebody may wait for a sign of life.
  let next = began + Math.min(1000, plainIntervalMs);
  return {
    update: (done, { text, remainingSeconds } = {}) => {
      const now = performance.now();
      if (now < next && done < total) return;
      next = now + plainIntervalMs;
      const speed = (now - began) / 1000 / Math.max(1, done - start);
      const left = remainingSeconds === undefined ? speed * (total - done) : remainingSeconds;
      const isKnown = left !== null && done > start && done < total;
      const parts = [`${title} ${done} of ${total}`, text, isKnown && `${duration(left)} left`];
      stream.write(`${parts.filter(Boolean).join(" · ")}\n`);
    },
    print: (line) => void stream.write(`${line}\n`),
    stop: () => {},
  };
}
