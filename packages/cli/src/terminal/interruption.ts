export interface Interruption {
  readonly signal: AbortSignal;
  /** Hands Ctrl-C back. */
  release(): void;
}

/** The exit code of a process that Ctrl-C stopped: 128 + SIGINT. */
export const interruptedExitCode = 130;

/**
 * Turns the first Ctrl-C, or SIGTERM, into an abort signal; the second one ends the process at once.
 *
 * @param onFirst tells the user what happens now
 */
export function listenForInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}
