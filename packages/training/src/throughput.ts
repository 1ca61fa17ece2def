/** How fast a run goes, measured over the steps since the last report. */
export interface Throughput {
  /** Images of the dataset; each is seen in two views. */
  readonly imagesPerSecond: number;
  readonly secondsPerStep: number;
  /** The share of the time that the step itself took; the rest went to the loop and to waiting for data. */
  readonly shareInStep: number;
  /** Seconds until the last step at this speed, without the pauses for probes and checkpoints. */
  readonly remainingSeconds: number;
}

export interface ThroughputMeter {
  /** Counts a step that took so long on its own. */
  count(imageCount: number, milliseconds: number): void;
  /** What was measured since the last report or restart; nothing when no step was made since. */
  report(remainingSteps: number): Throughput | undefined;
  /** Forgets the time until now: after a pause, and after the first step, which compiles. */
  restart(): void;
}

/** @param now the clock, in milliseconds */
export function throughputMeter(now: () => number = () => performance.now()): ThroughputMeter {
  let window = { begin: now(), images: 0, steps: 0, inStep: 0 };
  const restart = () => {
    window = { begin: now(), images: 0, steps: 0, inStep: 0 };
  };
  return {
    count: (imageCount, milliseconds) => {
      window.images += imageCount;
      window.steps += 1;
      window.inStep += milliseconds;
    },
    report: (remainingSteps) => {
      const { begin, images, steps, inStep } = window;
      const elapsed = now() - begin;
      if (steps === 0 || elapsed <= 0) return undefined;
      restart();
      return {
        imagesPerSecond: (1000 * images) / elapsed,
        secondsPerStep: elapsed / steps / 1000,
        shareInStep: Math.min(1, inStep / elapsed),
        remainingSeconds: (remainingSteps * elapsed) / steps / 1000,
      };
    },
    restart,
  };
}
